/** Tokens that stand for an image and for a text, from the finished state. Letters: B batch, N tokens, D width. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { State } from '@mdpd/core';
import { reshape } from '@mdpd/tensor/lean-ops';
import { tensorOf } from '@mdpd/tensor/named-layers';

/** CLS, [B, D]. */
export function pooledImage(finished: State): Tensor {
  const tokens = tensorOf(finished, 'image');
  const [, , width] = tokens.shape as [number, number, number];
  return reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [-1, width]);
}

/** The token at the end of the text, [B, D]. */
export function pooledText(finished: State): Tensor {
  const tokens = tensorOf(finished, 'text');
  const [, , width] = tokens.shape as [number, number, number];
  return reshape(tf.matMul(tf.expandDims(tensorOf(finished, 'text_end'), 1), tokens), [-1, width]);
}
