/**
 * Token masks for masked generation, drawn on the host so that step functions stay pure.
 *
 * Letters: B batch, N tokens, K masked layers.
 */
import type { HostTensor, RandomSource } from '@mdpd/core';

/** 1 where a token is hidden, [K, B, N, 1]; every token independently with probability `ratio`. */
export function drawTokenMask(
  random: RandomSource,
  shape: { readonly layers: number; readonly batch: number; readonly tokens: number },
  ratio: number,
): HostTensor {
  const data = new Float32Array(shape.layers * shape.batch * shape.tokens);
  for (let i = 0; i < data.length; i++) data[i] = random.next() < ratio ? 1 : 0;
  return { data, shape: [shape.layers, shape.batch, shape.tokens, 1], dtype: 'float32' };
}
