/**
 * Vector-Jacobian products of functions from named tensors to named tensors: the means of backpropagating block by
 * block, and of taking gradients of a loss.
 *
 * Both may be called inside the gradient of another function (`withGradient`, `tf.customGrad`).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TensorRecord } from '@mdpd/core';
import { withGradient } from './with-gradient.ts';

type Inputs = Readonly<TensorRecord>;

interface Gradients {
  readonly value: tf.Tensor;
  readonly grads: readonly (tf.Tensor | null | undefined)[];
}

/**
 * tfjs's `gradients` with two repairs: taken inside the backward pass of another gradient it would drop that one's
 * tape, and when the function throws it would leak what was kept for the backward pass.
 */
function engineGradients(fn: () => tf.Tensor, xs: tf.Tensor[], dy?: tf.Tensor): Gradients {
  const engine = tf.engine();
  const { state } = engine;
  const inBackwardPass = state.gradientDepth === 0;
  const outerTape = state.activeTape;
  try {
    return engine.gradients(fn, xs, dy, true);
  } catch (error) {
    if (inBackwardPass && state.activeTape !== outerTape) {
      for (const node of state.activeTape ?? []) tf.dispose(node.saved ?? []);
    }
    throw error;
  } finally {
    if (inBackwardPass) state.activeTape = outerTape;
  }
}

/** Σ ⟨output, cotangent⟩ as far as gradients go: its value is 0, and no output is kept to compute it. */
function pairing(outputs: Readonly<TensorRecord>, cotangents: Inputs): tf.Tensor {
  const used = Object.fromEntries(Object.keys(cotangents).map((name) => [name, outputs[name]!]));
  return withGradient(
    used,
    () => tf.scalar(0),
    () => Object.fromEntries(Object.keys(used).map((name) => [name, () => tf.clone(cotangents[name]!)])),
  );
}

function checkCotangents(outputs: Readonly<TensorRecord>, cotangents: Inputs): void {
  for (const [name, cotangent] of Object.entries(cotangents)) {
    const output = outputs[name];
    if (!output) throw new Error(`there is no output ${name} for the cotangent of that name`);
    tf.util.assertShapesMatch(output.shape, cotangent.shape, `cotangent of ${name}:`);
  }
}

/** Gradients of `fn` for every input; zeros for those that do not matter. A tensor under two names counts as two. */
function gradientsByName(fn: (inputs: Inputs) => tf.Tensor, inputs: Inputs, dy?: tf.Tensor): TensorRecord {
  const names = Object.keys(inputs);
  const seen = new Set<tf.Tensor>();
  const xs = names.map((name) => {
    const x = inputs[name]!;
    if (seen.has(x)) return tf.clone(x);
    seen.add(x);
    return x;
  });
  const named = Object.fromEntries(names.map((name, i) => [name, xs[i]!]));
  const { grads } = engineGradients(() => fn(named), xs, dy);
  return Object.fromEntries(
    names.map((name, i) => {
      const gradient = grads[i] ?? tf.zerosLike(xs[i]!);
      // An input that is handed on unchanged has the cotangent itself as gradient, and that is the caller's.
      return [name, gradient === dy ? tf.clone(gradient) : gradient];
    }),
  );
}

/** Outputs, and the gradients of what was asked for, by name. */
export interface VjpResult {
  readonly outputs: TensorRecord;
  readonly gradients: TensorRecord;
}

/**
 * Outputs of `fn`, and gradients of Σ ⟨output, cotangent⟩ for every input. Outputs without a cotangent count as
 * constants, inputs that do not influence the others get zeros. Nothing else stays alive.
 *
 * @param fn - pure function of its argument; what it reads from its closure is constant
 * @param cotangents - by output name, each of the output's shape
 */
export function outputsAndVjp(
  fn: (inputs: Inputs) => Readonly<TensorRecord>,
  inputs: Inputs,
  cotangents: Inputs,
): VjpResult {
  return tf.tidy(() => {
    const kept: TensorRecord = {};
    try {
      const gradients = backpropagate(fn, inputs, cotangents, (outputs) => {
        for (const [name, output] of Object.entries(outputs)) kept[name] = tf.keep(tf.clone(output));
      });
      // A kept tensor belongs to no scope, not even the caller's; a clone does.
      const outputs = Object.fromEntries(Object.entries(kept).map(([name, t]) => [name, tf.clone(t)]));
      return { outputs, gradients };
    } finally {
      tf.dispose(kept);
    }
  });
}

/** Gradients alone; see `outputsAndVjp`. */
export function vjp(
  fn: (inputs: Inputs) => Readonly<TensorRecord>,
  inputs: Inputs,
  cotangents: Inputs,
): TensorRecord {
  return tf.tidy(() => backpropagate(fn, inputs, cotangents, () => {}));
}

function backpropagate(
  fn: (inputs: Inputs) => Readonly<TensorRecord>,
  inputs: Inputs,
  cotangents: Inputs,
  see: (outputs: Readonly<TensorRecord>) => void,
): TensorRecord {
  const names = Object.keys(cotangents);
  const only = names.length === 1 ? names[0] : undefined;
  const evaluate = (x: Inputs): tf.Tensor => {
    const outputs = fn(x);
    checkCotangents(outputs, cotangents);
    see(outputs);
    return only === undefined ? pairing(outputs, cotangents) : outputs[only]!;
  };
  return gradientsByName(evaluate, inputs, only === undefined ? undefined : cotangents[only]);
}

/** Loss, what else was computed with it, and the gradients of what was asked for, by name. */
export interface LossResult {
  readonly loss: tf.Scalar;
  readonly aux: TensorRecord;
  readonly grads: TensorRecord;
}

/**
 * A loss, other results of the function that computes it, and the loss's gradients for every input (zeros for those
 * that do not influence it).
 *
 * @param fn - pure function of its argument; what it reads from its closure is constant
 */
export function valueAndGrads(
  fn: (inputs: Inputs) => { readonly loss: tf.Tensor; readonly aux?: Readonly<TensorRecord> },
  inputs: Inputs,
): LossResult {
  return tf.tidy(() => {
    const one = tf.scalar(1);
    const all = (x: Inputs): TensorRecord => {
      const { loss, aux } = fn(x);
      const prefixed = Object.entries(aux ?? {}).map(([name, tensor]) => [`aux.${name}`, tensor] as const);
      return { loss, ...Object.fromEntries(prefixed) };
    };
    const { outputs, gradients } = outputsAndVjp(all, inputs, { loss: one });
    const { loss, ...aux } = outputs;
    const unprefixed = Object.entries(aux).map(
      ([name, tensor]) => [name.slice('aux.'.length), tensor] as const,
    );
    return { loss: loss as tf.Scalar, aux: Object.fromEntries(unprefixed), grads: gradients };
  });
}
