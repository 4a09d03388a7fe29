/**
 * A model of texts as backbones write it, to export: for tests.
 *
 * Letters: B batch, N tokens, D width, H heads, V vocabulary, C classes.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, HostTensor, InputSpec } from '@mdpd/core';
import { lookup } from '@mdpd/tensor/embedding';
import { linear } from '@mdpd/tensor/linear';
import type { ExportableModel } from '../export/exportable-model.ts';
import { wave } from './run-graph.ts';
import { transformerBlock, transformerParams, type TransformerShape } from './transformer.ts';

export const textShape: TransformerShape = { batch: 1, tokens: 16, width: 8, heads: 2, blocks: 2 };
export const vocabulary = 11;

/** `classes`: of the first token, and after that a linear; `words`: of every token, over the table of words. */
export async function textModel(output: 'classes' | 'words' = 'classes'): Promise<ExportableModel> {
  const { tokens, width, heads, blocks } = textShape;
  const params = transformerParams(textShape);
  const parameters: HostRecord = {
    words: wave([vocabulary, width], 4),
    positions: wave([tokens, width], 5),
    distances: wave([2 * tokens - 1, heads], 6),
  };
  for (const [name, tensor] of Object.entries(params)) {
    parameters[name] = { data: (await tensor.data()) as Float32Array, shape: tensor.shape, dtype: 'float32' };
  }
  tf.dispose(params);
  const ids: InputSpec = { shape: [tokens], dtype: 'int32', variable: [0] };
  return {
    parameters,
    inputs: { input_ids: ids, attention_mask: ids },
    forward: (weights, input) => {
      const [given, mask] = [input['input_ids']!, tf.cast(input['attention_mask']!, 'float32')];
      const [batch, length] = given.shape as [number, number];
      const places = tf.slice(weights['positions']!, [0, 0], [length, -1]);
      const padding = tf.reshape(tf.mul(tf.sub(1, mask), -1e9), [batch, 1, 1, length]);
      const bias = tf.add(distanceBias(weights['distances']!, length), padding);
      let x = tf.add(lookup(weights['words']!, given), places);
      for (let block = 0; block < blocks; block++) x = transformerBlock(weights, block, x, heads, bias);
      if (output === 'words') return { logits: linear(x, weights['words']!) };
      const first = tf.reshape(tf.slice(x, [0, 0, 0], [-1, 1, -1]), [-1, width]);
      return { logits: linear(first, weights['head.weight']!, weights['head.bias']!) };
    },
  };
}

/** [1, H, N, N] of a table of distances: rows are numbered for the most tokens, and cut. */
function distanceBias(table: tf.Tensor, length: number): tf.Tensor {
  const { tokens } = textShape;
  const rows = Int32Array.from({ length: tokens * tokens }, (_, i) => {
    return Math.floor(i / tokens) - (i % tokens) + tokens - 1;
  });
  const cut = tf.slice(tf.tensor2d(rows, [tokens, tokens], 'int32'), [0, 0], [length, length]);
  return tf.expandDims(tf.transpose(lookup(table, cut), [2, 0, 1]), 0);
}

/** Texts of `length` tokens, every second of which ends with padding. */
export function texts(batch: number, length: number): HostRecord {
  const real = (row: number): number => (row % 2 === 0 ? length : Math.max(1, length - 2));
  const fill = (value: (row: number, token: number) => number): HostTensor => ({
    data: Int32Array.from({ length: batch * length }, (_, i) => {
      const [row, token] = [Math.floor(i / length), i % length];
      return token < real(row) ? value(row, token) : 0;
    }),
    shape: [batch, length],
    dtype: 'int32',
  });
  return {
    input_ids: fill((row, token) => 1 + ((7 * row + 3 * token) % (vocabulary - 1))),
    attention_mask: fill(() => 1),
  };
}
