import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps, readIntegers } from '../graph.ts';
import { fileDifference } from '../testing/exportable.ts';
import { wave } from '../testing/run-graph.ts';
import { failureOf } from '../testing/told.ts';
import type { ExportableModel } from './exportable-model.ts';
import { modelGraph } from './model-graph.ts';
import { writeModel } from './write-model.ts';

beforeAll(() => useBackend('cpu'));

type Logits = (x: tf.Tensor, w: tf.Tensor) => tf.Tensor;

/** A model with x [B, 3, 4] and w [4, 4]. */
const modelOf = (logits: Logits): ExportableModel => ({
  forward: ({ w }, { x }) => ({ logits: logits(x!, w!) }),
  parameters: { w: wave([4, 4]) },
  inputs: { x: { shape: [3, 4], dtype: 'float32' } },
});

describe('what depends on the batch size', () => {
  it.each<[string, Logits]>([
    [
      'reshapes that merge the batch with others',
      (x, w) => tf.reshape(tf.matMul(tf.reshape(x, [-1, 4]), w as tf.Tensor2D), [-1, 12]),
    ],
    [
      'reshapes that move the batch',
      (x) => tf.reshape(tf.transpose(tf.reshape(tf.transpose(x, [1, 0, 2]), [3, -1]), [1, 0]), [-1, 4, 3]),
    ],
    [
      'a row for every example',
      (x, w) => tf.concat([x, tf.tile(tf.expandDims(w, 0), [x.shape[0]!, 1, 1])], 1),
    ],
    [
      'rows for every token of every example',
      (x, w) => tf.reshape(tf.tile(tf.slice(w, [0, 0], [1, 4]), [3 * x.shape[0]!, 1]), [-1, 3, 4]),
    ],
    ['repeated numbers', (x) => tf.concat([x, tf.fill([x.shape[0]!, 2, 4], 0.5)], 1)],
    ['nothing', (x) => tf.exp(x)],
  ])('%s', async (_what, logits) => {
    const model = modelOf(logits);
    const bytes = writeModel(modelGraph(model));
    for (const batch of [1, 2, 7]) {
      expect(await fileDifference(bytes, model, { x: wave([batch, 3, 4], batch) })).toBeLessThan(1e-6);
    }
  });

  it('is a -1, or computed from one Shape of an input', () => {
    const { graph } = modelGraph(
      modelOf((x, w) => {
        const rows = tf.tile(tf.slice(w, [0, 0], [1, 4]), [3 * x.shape[0]!, 1]);
        return tf.add(
          tf.reshape(tf.concat([rows, tf.reshape(x, [-1, 4])], 1), [-1, 24]),
          tf.zeros([x.shape[0]!, 24]),
        );
      }),
    );
    expect(countOps(graph)).toEqual({ Shape: 1, Slice: 1, Mul: 1, Concat: 2, Expand: 1, Reshape: 2 });
    const targets = graph.nodes
      .filter(({ op }) => op === 'Reshape')
      .map(({ inputs }) => readIntegers(inputs[1]!));
    expect(targets).toEqual([
      [-1, 4],
      [-1, 24],
    ]);
  });
});

describe('EXPORT_BATCH', () => {
  it.each<[string, Logits]>([
    ['a number made of the batch size', (x) => tf.div(x, x.shape[0]!)],
    ['rows picked by number', (x) => tf.gather(x, tf.range(0, x.shape[0]!, 1, 'int32'))],
    ['all examples but the last', (x) => tf.slice(x, [0, 0, 0], [x.shape[0]! - 1, 3, 4])],
    ['another number of nodes', (x) => tf.stack(tf.unstack(x))],
    [
      'the batch in two axes',
      (x) =>
        tf.reshape(tf.mul(tf.reshape(x, [-1, 1, 12]), tf.reshape(x, [1, -1, 12])), [
          x.shape[0]!,
          x.shape[0]! * 12,
        ]),
    ],
    ['an output that is no batch', (x) => tf.mean(x, 0)],
    ['an output with the batch behind', (x) => tf.transpose(x, [1, 0, 2])],
    [
      'squares of the batch size',
      (x, w) => tf.reshape(tf.sum(tf.tile(tf.slice(w, [0, 0], [1, 4]), [x.shape[0]! * x.shape[0]!, 1])), [1]),
    ],
  ])('%s', async (_what, logits) => {
    expect(await failureOf(() => modelGraph(modelOf(logits)))).toMatchSnapshot();
  });
});
