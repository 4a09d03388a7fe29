import * as tf from '@tensorflow/tfjs-core';
import type { Executor, Params, TensorRecord } from '@mdpd/core';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { tinyModel } from '@mdpd/testing/fixtures/tiny-models';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { trainingJob } from '@mdpd/testing/training-job';
import { beforeAll, describe, expect, it } from 'vitest';
import { runModel } from '../forward.ts';
import { labelMethods } from '../methods/label-method.ts';
import { mdpdMethod } from '../methods/mdpd-method.ts';
import { evaluate } from './evaluate.ts';
import { prepareOutputs } from './outputs.ts';
import { train } from './train.ts';

let executor: Executor;
beforeAll(async () => {
  executor = await cpuExecutor.start();
});

const { provider, backbone, task } = tinyModel('answer');
const { head, parameters } = modelUnderTest(provider, backbone, task.head);
const forward = (params: Params, input: Readonly<TensorRecord>): tf.Tensor =>
  runModel(backbone, head, params, input);
const { generation } = backbone;
const plainly = { augment: false, seed: 0, epoch: 0 };

/** The likeliest word after those before it, three times or up to the end, by whole runs of the model. */
function answer(params: Params, input: Readonly<TensorRecord>): number[] {
  const words: number[] = [];
  while (words.length < 3 && words.at(-1) !== 1) {
    const given = [1, ...words];
    const logits = tf.tidy(() => {
      const ids = tf.tensor2d(given, [1, given.length], 'int32');
      const all = forward(params, {
        ...input,
        decoder_input_ids: ids,
        decoder_attention_mask: tf.onesLike(ids),
      });
      return tf.argMax(all, -1).dataSync();
    });
    words.push(logits[words.length]!);
  }
  return words;
}

describe('outputs', () => {
  it('are generated answers where task and model have them', async () => {
    const params = uploadAll(parameters);
    const before = tf.memory().numTensors;
    const outputs = prepareOutputs(executor, 'test', { forward, generation }, task);
    const batch = await task.splits.test!.load([0, 1, 2], plainly);
    const ids = await outputs.of(params, batch);
    await outputs.release();
    expect(outputs.reader).toBe(task.answers);
    expect(ids).toHaveLength(9);
    expect(tf.memory().numTensors).toBe(before);
    for (const row of [0, 1, 2]) {
      const one = await task.splits.test!.load([row], plainly);
      const expected = answer(params, uploadAll(one.input));
      expect([...ids.subarray(3 * row, 3 * row + 3)]).toEqual([...expected, 0, 0].slice(0, 3));
    }
  });

  it.each([
    ['the task reads logits', { forward, generation }, { ...task, answers: undefined }],
    ['the model has no way to answer', { forward }, task],
  ])('are logits where %s', async (_why, model, given) => {
    const outputs = prepareOutputs(executor, 'test', model, given);
    const batch = await task.splits.test!.load([0, 1], plainly);
    expect(await outputs.of(uploadAll(parameters), batch)).toHaveLength(2 * 3 * 12);
    expect(outputs.reader).toBe(given);
    await outputs.release();
  });
});

it('evaluation reads answers', async () => {
  const params = uploadAll(parameters);
  const job = { executor, dataset: task.splits.test!, task, params, forward, batchSize: 5, limit: 7 };
  const { predictions, metrics } = await evaluate({ ...job, generation });
  expect(predictions).toHaveLength(7);
  const { input } = await task.splits.test!.load([6], plainly);
  const words = answer(params, uploadAll(input));
  expect(predictions[6]).toBe(words.filter((word) => word !== 1).join(' '));
  expect(Object.keys(metrics)).toEqual(['accuracy']);
});

it('a run validates the answers of the model that ships and of the side network', async () => {
  const own = tinyModel('answer', { width: 16 });
  const full = labelMethods.find(({ name }) => name === 'full')!;
  for (const [method, settings, paths] of [
    [full, {}, ['faded']],
    [
      mdpdMethod,
      { side: { reductionFactor: 1, heads: 2 }, feature: { rank: 3, boundary: 1 } },
      ['faded', 'side'],
    ],
  ] as const) {
    const before = tf.memory().numTensors;
    const job = trainingJob({
      ...own,
      executor,
      method,
      settings,
      train: { epochs: 6, batchSize: 12, evaluateEvery: 6 },
    });
    (await train(job)).dispose();
    const found = job.records.flatMap((record) =>
      record.type === 'evaluation' ? [[record.path, record.metrics['accuracy']!] as const] : [],
    );
    expect(found.map(([path]) => path)).toEqual(paths);
    // Of three answers that differ in words and length, most are right by now.
    if (method === full) expect(found[0]![1]).toBeGreaterThan(0.6);
    expect(tf.memory().numTensors).toBe(before);
  }
});
