/** Reads a tensor that a caller promised. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorRecord } from '@mdpd/core';

/** The tensor called `name`. Throws a plain Error where it is missing: that is a bug of the caller. */
export function tensorOf(record: Readonly<TensorRecord>, name: string): Tensor {
  const tensor = record[name];
  if (tensor === undefined) throw new Error(`the ViT was given no tensor "${name}"`);
  return tensor;
}
