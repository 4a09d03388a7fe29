/** Operations that some backend has as one kernel. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * Outputs of the kernel `name` where the current backend has it, otherwise of `plain`, which computes the same with
 * tfjs's own operations. Not differentiable by itself: for the inside of `withGradient`.
 */
export function intrinsic(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: Readonly<Record<string, number>>,
  plain: () => readonly tf.Tensor[],
): readonly tf.Tensor[] {
  if (!tf.getKernel(name, tf.getBackend())) return plain();
  const outputs = tf.engine().runKernel(name, inputs, attributes as unknown as tf.NamedAttrMap);
  return Array.isArray(outputs) ? (outputs as tf.Tensor[]) : [outputs as tf.Tensor];
}
