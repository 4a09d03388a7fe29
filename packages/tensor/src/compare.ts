/** Compares a tfjs function and its gradients with a float64 reference: the oracle of this package's tests. */
import * as tf from '@tensorflow/tfjs-core';

export interface Operand {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface Comparison {
  /** Largest absolute difference between the values, relative to the largest reference value (at least 1). */
  readonly value: number;
  /** The same for the gradient of every operand. */
  readonly gradients: readonly number[];
  /** Tensors that the function or its gradient left behind; 0 where nothing leaks. */
  readonly leaked: number;
}

export type Reference = (...operands: Float64Array[]) => ArrayLike<number>;

/** Reproducible numbers in about [-2, 2] that repeat at no small period. */
export function wave(size: number, phase = 0): number[] {
  return Array.from(
    { length: size },
    (_, i) => 1.2 * Math.sin(1.7 * i + phase) + 0.8 * Math.cos(0.61 * i * i + phase),
  );
}

export function operand(shape: readonly number[], phase = 0): Operand {
  return {
    shape,
    data: wave(
      shape.reduce((size, length) => size * length, 1),
      phase,
    ),
  };
}

function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  let scale = 1;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (!(error <= largest)) largest = error;
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return largest / scale;
}

const weighted = (values: ArrayLike<number>): number => {
  const weights = wave(values.length, 0.4);
  return Array.from(values).reduce((sum, value, i) => sum + value * weights[i]!, 0);
};

/** Gradient of Σ wᵢ yᵢ by central differences of the float64 reference. */
function numericGradient(reference: Reference, operands: readonly Operand[], index: number): number[] {
  const step = 1e-5;
  const arrays = operands.map(({ data }) => Float64Array.from(data));
  const moved = arrays[index]!;
  return operands[index]!.data.map((value, i) => {
    moved[i] = value + step;
    const above = weighted(reference(...arrays));
    moved[i] = value - step;
    const below = weighted(reference(...arrays));
    moved[i] = value;
    return (above - below) / (2 * step);
  });
}

/** Runs `fn` and its gradients on the current backend and compares both with `reference`. */
export function compareWithReference(
  fn: (...tensors: tf.Tensor[]) => tf.Tensor,
  reference: Reference,
  operands: readonly Operand[],
): Comparison {
  const before = tf.memory().numTensors;
  const tensors = operands.map(({ shape, data }) => tf.tensor([...data], [...shape], 'float32'));
  const rounded = operands.map(({ shape }, i) => ({ shape, data: Array.from(tensors[i]!.dataSync()) }));
  const y = tf.tidy(() => fn(...tensors));
  const expected = reference(...rounded.map(({ data }) => Float64Array.from(data)));
  const dy = tf.tensor(wave(y.size, 0.4), y.shape, 'float32');
  const gradients = tf.tidy(() => tf.grads((...inputs: tf.Tensor[]) => fn(...inputs))(tensors, dy));
  const result = {
    value: difference(y.dataSync(), expected),
    gradients: gradients.map((gradient, i) =>
      difference(gradient.dataSync(), numericGradient(reference, rounded, i)),
    ),
  };
  tf.dispose([y, dy, tensors, gradients]);
  return { ...result, leaked: tf.memory().numTensors - before };
}
