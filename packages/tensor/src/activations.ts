/**
 * Activation functions by their Hugging Face names (`hidden_act` in config.json).
 *
 * Each keeps only its input for the backward pass; the derivative is computed from it in closed form.
 */
import * as tf from '@tensorflow/tfjs-core';
import { didYouMean, MdpdError } from '@mdpd/core';
import { intrinsic } from './intrinsic.ts';
import { withGradient } from './with-gradient.ts';

/** A function of every element: a tensor of the same shape. */
export type Activation = (x: tf.Tensor) => tf.Tensor;

/** An elementwise function whose gradient reads its input alone. */
function elementwise(value: Activation, derivative: Activation): Activation {
  return (x) =>
    withGradient(
      { x },
      (save) => {
        save(x);
        return value(x);
      },
      (dy, saved) => ({ x: () => tf.mul(dy, derivative(saved!)) }),
    );
}

/** Φ(x) + x·φ(x), with the density φ(x) = exp(−x²/2)/√(2π). */
function geluDerivative(x: tf.Tensor): tf.Tensor {
  const u = tf.mul(x, Math.SQRT1_2);
  const density = tf.mul(tf.mul(u, tf.exp(tf.neg(tf.square(u)))), 1 / Math.sqrt(Math.PI));
  return tf.add(tf.add(tf.mul(tf.erf(u), 0.5), 0.5), density);
}

/** x·Φ(x) with Φ(x) = ½(1 + erf(x/√2)). */
const gelu: Activation = (x) =>
  withGradient(
    { x },
    (save) => {
      save(x);
      const plain = (): tf.Tensor => tf.mul(x, tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5));
      return intrinsic('MdpdGelu', { x }, {}, () => [plain()])[0]!;
    },
    (dy, saved) => ({
      x: () =>
        intrinsic('MdpdGeluGrad', { dy, x: saved! }, {}, () => [tf.mul(dy, geluDerivative(saved!))])[0]!,
    }),
  );

const GELU_NEW_SCALE = Math.sqrt(2 / Math.PI);
const GELU_NEW_CUBIC = 0.044715;

/** t(x) = tanh(√(2/π)·(x + 0.044715·x³)). */
const geluNewTanh = (x: tf.Tensor): tf.Tensor =>
  tf.tanh(tf.mul(x, tf.add(tf.mul(tf.square(x), GELU_NEW_SCALE * GELU_NEW_CUBIC), GELU_NEW_SCALE)));

/** ½x(1 + t(x)); derivative ½(1 + t) + ½x(1 − t²)·√(2/π)·(1 + 3·0.044715·x²). */
const geluNew = elementwise(
  (x) => tf.mul(x, tf.add(tf.mul(geluNewTanh(x), 0.5), 0.5)),
  (x) => {
    const t = geluNewTanh(x);
    const inner = tf.add(tf.mul(tf.square(x), 1.5 * GELU_NEW_SCALE * GELU_NEW_CUBIC), 0.5 * GELU_NEW_SCALE);
    const slope = tf.mul(tf.mul(x, tf.sub(1, tf.square(t))), inner);
    return tf.add(tf.add(tf.mul(t, 0.5), 0.5), slope);
  },
);

/** x·σ(kx); derivative σ + kx·σ(1 − σ). */
const gated = (k: number): Activation =>
  elementwise(
    (x) => tf.mul(x, tf.sigmoid(tf.mul(x, k))),
    (x) => {
      const sigma = tf.sigmoid(tf.mul(x, k));
      return tf.mul(sigma, tf.add(tf.mul(tf.mul(x, k), tf.sub(1, sigma)), 1));
    },
  );

const activations: Readonly<Record<string, Activation>> = {
  gelu,
  gelu_new: geluNew,
  quick_gelu: gated(1.702),
  relu: elementwise(tf.relu, (x) => tf.step(x)),
  silu: gated(1),
  tanh: (x) => tf.tanh(x),
};

/** Names that `activation` knows. */
export const activationNames: readonly string[] = Object.keys(activations);

/** The activation called `name`, shape [...] to [...]. Throws UNKNOWN_ACTIVATION with the known names. */
export function activation(name: string): Activation {
  const known = Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (known) return known;
  throw new MdpdError('UNKNOWN_ACTIVATION', `there is no activation "${name}"`, {
    allowed: activationNames,
    fix: didYouMean(name, activationNames),
    exitCode: 2,
  });
}
