import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps, readIntegers } from '../graph.ts';
import { fileDifference } from '../testing/exportable.ts';
import { wave } from '../testing/run-graph.ts';
import { readModelFile } from '../testing/model-file.ts';
import { textModel, texts } from '../testing/text-model.ts';
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

describe('a model of texts', () => {
  it.each(['classes', 'words'] as const)('takes any number of any number of tokens: %s', async (output) => {
    const model = await textModel(output);
    const bytes = writeModel(modelGraph(model));
    const sizes = [
      [1, 1],
      [1, 16],
      [2, 7],
      [5, 13],
      [3, 2],
    ] as const;
    for (const [batch, length] of sizes) {
      expect(await fileDifference(bytes, model, texts(batch, length))).toBeLessThan(1e-5);
    }
    const logits = output === 'classes' ? ['batch_size', 3] : ['batch_size', 'sequence_length', 11];
    const file = readModelFile(bytes);
    expect([file.inputs, file.outputs]).toEqual([
      {
        input_ids: ['batch_size', 'sequence_length'],
        attention_mask: ['batch_size', 'sequence_length'],
      },
      { logits },
    ]);
  });

  it('reads both sizes once, computes every shape once, and none that can be inferred', async () => {
    const { graph } = modelGraph(await textModel());
    // [B, N, 2, 4], [B, N, 8], [B, N, 32], and [N, N], where the table of distances is cut.
    expect(countOps(graph)).toMatchObject({ Shape: 2, Concat: 4 });
    const targets = graph.nodes
      .filter(({ op, inputs }) => op === 'Reshape' && inputs[1]!.constant)
      .map(({ inputs }) => readIntegers(inputs[1]!).join());
    expect([...new Set(targets)]).toEqual(['0,1,1,-1', '1,2,0,-1', '-1,8', '-1,32']);
  });

  it('may stand behind a fixed number of others, as words behind patches', async () => {
    const model: ExportableModel = {
      parameters: { w: wave([7, 4]), bias: wave([1, 6, 1], 2) },
      inputs: {
        input_ids: { shape: [32], dtype: 'int32', variable: [0] },
        pixel_values: { shape: [6, 4], dtype: 'float32' },
      },
      forward: ({ w, bias }, { input_ids: ids, pixel_values: patches }) => {
        const [batch, tokens] = ids!.shape as [number, number];
        const words = tf.gather(w!, ids as tf.Tensor2D);
        const all = tf.concat([tf.add(patches!, bias!), words], 1);
        const rows = tf.reshape(all, [batch * (tokens + 6), 2, 2]);
        const back = tf.add(tf.reshape(rows, [batch, tokens + 6, 4]), tf.zeros([batch, tokens + 6, 4]));
        const scores = tf.softmax(tf.matMul(back, back, false, true));
        return { logits: tf.sum(tf.matMul(scores, back), 1) };
      },
    };
    const bytes = writeModel(modelGraph(model));
    for (const [batch, tokens] of [
      [1, 1],
      [3, 5],
      [2, 32],
    ] as const) {
      const ids = Int32Array.from({ length: batch * tokens }, (_, at) => at % 7);
      const input = {
        input_ids: { data: ids, shape: [batch, tokens], dtype: 'int32' as const },
        pixel_values: wave([batch, 6, 4], batch),
      };
      expect(await fileDifference(bytes, model, input)).toBeLessThan(1e-5);
    }
  });

  it('has lengths of its own for a decoder', async () => {
    const ids = { dtype: 'int32', variable: [0] } as const;
    const model: ExportableModel = {
      parameters: { w: wave([4, 4]) },
      inputs: { input_ids: { ...ids, shape: [32] }, decoder_input_ids: { ...ids, shape: [9] } },
      forward: ({ w }, { input_ids: text, decoder_input_ids: answer }) => {
        const own = tf.gather(w!, answer as tf.Tensor2D);
        const other = tf.gather(w!, text as tf.Tensor2D);
        return { logits: tf.matMul(own, other, false, true) };
      },
    };
    const bytes = writeModel(modelGraph(model));
    expect(readModelFile(bytes).outputs).toEqual({
      logits: ['batch_size', 'decoder_sequence_length', 'sequence_length'],
    });
    const whole = (values: number[], shape: number[]) => ({
      data: Int32Array.from(values),
      shape,
      dtype: 'int32' as const,
    });
    const input = {
      input_ids: whole([0, 1, 2, 3, 3, 2], [2, 3]),
      decoder_input_ids: whole([1, 2, 2, 1], [2, 2]),
    };
    expect(await fileDifference(bytes, model, input)).toBeLessThan(1e-6);
  });
});

describe('EXPORT_TOKENS', () => {
  type Forward = (ids: tf.Tensor, w: tf.Tensor) => tf.Tensor;
  const idsModel = (most: number, logits: Forward): ExportableModel => ({
    parameters: { w: wave([4, 4]) },
    inputs: { input_ids: { shape: [most], dtype: 'int32', variable: [0] } },
    forward: ({ w }, { input_ids: ids }) => ({ logits: logits(ids!, w!) }),
  });
  const rows = (ids: tf.Tensor, w: tf.Tensor): tf.Tensor => tf.gather(w, ids as tf.Tensor2D);

  it.each<[string, Forward]>([
    ['a number made of the number of tokens', (ids, w) => tf.div(tf.sum(rows(ids, w), 1), ids.shape[1]!)],
    [
      'a constant as long as the text',
      (ids, w) => tf.add(rows(ids, w), tf.expandDims(tf.range(0, ids.shape[1]!), 1)),
    ],
    [
      'an output of as many tokens and one',
      (ids, w) => tf.concat([rows(ids, w), tf.zeros([ids.shape[0]!, 1, 4])], 1),
    ],
  ])('%s', async (_what, logits) => {
    expect(await failureOf(() => modelGraph(idsModel(64, logits)))).toMatchSnapshot();
  });

  it('too few tokens to tell from other lengths', async () => {
    expect(await failureOf(() => modelGraph(idsModel(3, rows)))).toMatchSnapshot();
    expect(
      await fileDifference(writeModel(modelGraph(idsModel(4, rows))), idsModel(4, rows), {
        input_ids: { data: Int32Array.of(0, 1, 2, 3), shape: [1, 4], dtype: 'int32' },
      }),
    ).toBeLessThan(1e-6);
  });
});
