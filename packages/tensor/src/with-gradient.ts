/** Operations with a gradient of their own that keep for the backward pass only what they ask for. */
import * as tf from '@tensorflow/tfjs-core';

type NamedGradients<Inputs> = { readonly [Name in keyof Inputs]: () => tf.Tensor };

/** The part of tfjs's engine behind `tf.customGrad`, which tfjs types as private. */
interface CustomGradientEngine {
  runKernelFunc(call: {
    readonly inputs: Readonly<Record<string, tf.Tensor>>;
    readonly forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor;
    readonly backwardsFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  }): tf.Tensor;
}

/**
 * Runs `forward` as one operation; its intermediates are freed when it returns, `save`d tensors stay for `backward`.
 *
 * Like `tf.customGrad`, with one difference that matters for frozen backbones: the gradient of an input is a function
 * that runs only when that gradient is needed (and tidies up behind itself). `tf.customGrad` computes all of them,
 * always. Values that `forward` reads from its closure are not differentiated.
 */
export function withGradient<Inputs extends Readonly<Record<string, tf.Tensor>>>(
  inputs: Inputs,
  forward: (save: (...tensors: tf.Tensor[]) => void) => tf.Tensor,
  backward: (dy: tf.Tensor, ...saved: tf.Tensor[]) => NamedGradients<Inputs>,
): tf.Tensor {
  const engine = tf.engine() as unknown as CustomGradientEngine;
  const given = new Set(Object.values(inputs));
  return engine.runKernelFunc({
    inputs,
    forwardFunc: (_backend, save) => {
      const value = forward((...tensors) => save(tensors));
      return given.has(value) ? tf.clone(value) : value;
    },
    backwardsFunc: (dy, saved) => {
      const gradients = backward(dy, ...saved);
      // tfjs disposes gradients that it has added to others, so `dy` itself must never be handed back.
      const fresh = (gradient: tf.Tensor): tf.Tensor => (gradient === dy ? tf.clone(gradient) : gradient);
      return Object.fromEntries(Object.keys(inputs).map((name) => [name, () => fresh(gradients[name]!())]));
    },
  });
}

/** `x` as a constant: the same values, of which no gradient is taken. */
export function stopGradient(x: tf.Tensor): tf.Tensor {
  return withGradient(
    {},
    () => tf.clone(x),
    () => ({}),
  );
}

/** Sums `gradient` over the axes along which an operand of `shape` was broadcast. */
export function sumToShape(gradient: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes([...shape], gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, [...shape]);
}
