/** Letters: B batch, N tokens, D width. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { reshape } from '@mdpd/tensor/lean-ops';

/** CLS of the text, [B, D], of tokens [B, N, D] whose text starts at `textStart`. */
export function firstWord(tokens: Tensor, textStart: number): Tensor {
  const [, , width] = tokens.shape as [number, number, number];
  return reshape(tf.slice(tokens, [0, textStart, 0], [-1, 1, -1]), [-1, width]);
}
