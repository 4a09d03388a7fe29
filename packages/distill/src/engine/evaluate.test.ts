import * as tf from '@tensorflow/tfjs-core';
import { formatError, MdpdError, type Dataset, type Executor, type Task } from '@mdpd/core';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyModel } from '@mdpd/testing/fixtures/tiny-models';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { beforeAll, describe, expect, it } from 'vitest';
import { agreement, evaluate, type EvaluationJob } from './evaluate.ts';

const task = tinyTask(tinyBackbone({ tokens: 5, features: 6 }), { sizes: { test: 33 } });
const dataset = task.splits.test!;
let executor: Executor;
let unscaled: { scale: tf.Tensor };
beforeAll(async () => {
  executor = await cpuExecutor.start();
  unscaled = { scale: tf.scalar(1) };
});

/** Reads off the pattern: the alternating sum of tokens 1, 2 and 3, so that nearly all are right. */
const forward: EvaluationJob['forward'] = (params, input) => {
  const pattern = tf.tensor1d([1, -1, 1, -1, 1, -1]);
  const scores = tf.sum(tf.mul(input['main_values']!, pattern), 2);
  return tf.mul(tf.slice(scores, [0, 1], [-1, 3]), params['scale']!);
};

const job = (changes: Partial<EvaluationJob> = {}): EvaluationJob => ({
  executor,
  forward,
  params: unscaled,
  dataset,
  task,
  batchSize: 8,
  ...changes,
});

/** A data set that notes what is asked of it. */
function watched(): { dataset: Dataset; loads: number[][] } {
  const loads: number[][] = [];
  return {
    loads,
    dataset: {
      ...dataset,
      load: (indices, options) => {
        expect(options).toEqual({ augment: false, seed: 0, epoch: 0 });
        loads.push([...indices]);
        return dataset.load(indices, options);
      },
    },
  };
}

describe('evaluate', () => {
  it('is the metric of every example once, whatever the batch size', async () => {
    const plain = await dataset.load([...Array(33).keys()], { augment: false, seed: 0, epoch: 0 });
    const metrics = task.metrics();
    const logits = tf.tidy(() =>
      forward(
        { scale: tf.scalar(1) },
        { main_values: tf.tensor(plain.input['main_values']!.data, [33, 5, 6]) },
      ),
    );
    metrics.add(logits.dataSync() as Float32Array, plain.target, 33);
    const expected = metrics.result();
    expect(expected['accuracy']).toBeGreaterThan(0.8);
    for (const batchSize of [1, 4, 8, 33, 100]) {
      const result = await evaluate(job({ batchSize }));
      expect(result.metrics).toEqual(expected);
      expect(result.examples).toBe(33);
      expect(result.predictions).toHaveLength(33);
    }
  });

  it('pads the last batch with its last example, which does not count', async () => {
    const { dataset: data, loads } = watched();
    const shapes: number[][] = [];
    const result = await evaluate(
      job({
        dataset: data,
        forward: (params, input) => {
          shapes.push(input['main_values']!.shape);
          return forward(params, input);
        },
      }),
    );
    expect(loads.slice(0, 2)).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7],
      [8, 9, 10, 11, 12, 13, 14, 15],
    ]);
    expect(loads.at(-1)).toEqual(new Array(8).fill(32));
    expect(new Set(shapes.map((shape) => shape.join()))).toEqual(new Set(['8,5,6']));
    expect(result.predictions).toHaveLength(33);
  });

  it('names predictions in order', async () => {
    const { predictions } = await evaluate(job());
    const first = await evaluate(job({ limit: 5 }));
    expect(first.predictions).toEqual(predictions.slice(0, 5));
    expect(new Set(predictions)).toEqual(new Set(['token 1', 'token 2', 'token 3']));
  });

  it('takes the first examples alone where there is a limit', async () => {
    const { dataset: data, loads } = watched();
    const result = await evaluate(job({ dataset: data, limit: 3 }));
    expect(loads).toEqual([[0, 1, 2]]);
    expect(result.examples).toBe(3);
    expect((await evaluate(job({ limit: 1000 }))).examples).toBe(33);
  });

  it('of nothing is the metric of nothing', async () => {
    const { dataset: data, loads } = watched();
    const result = await evaluate(job({ dataset: { ...data, size: 0 } }));
    expect(result.metrics).toEqual({ accuracy: 0, meanClassAccuracy: 0 });
    expect(result.predictions).toEqual([]);
    expect(loads).toEqual([]);
  });

  it('says how far it is', async () => {
    const progress: [number, number][] = [];
    await evaluate(job({ onProgress: (done, total) => progress.push([done, total]) }));
    expect(progress).toEqual([
      [8, 33],
      [16, 33],
      [24, 33],
      [32, 33],
      [33, 33],
    ]);
  });

  it('leaves no tensor behind', async () => {
    const params = { scale: tf.scalar(1) };
    const before = tf.memory().numTensors;
    await evaluate(job({ params }));
    expect(tf.memory().numTensors).toBe(before);
    expect(params.scale.isDisposed).toBe(false);
  });

  it('stops on request, without tensors', async () => {
    const controller = new AbortController();
    const params = { scale: tf.scalar(1) };
    const before = tf.memory().numTensors;
    const stopped = evaluate(
      job({ params, signal: controller.signal, onProgress: () => controller.abort() }),
    );
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('passes on what a data set throws, once, and frees the batch before', async () => {
    const broken: Dataset = {
      ...dataset,
      load: async (indices, options) => {
        if (indices.includes(12)) throw new MdpdError('IMAGE', 'cannot decode', { place: 'photos/12.png' });
        return dataset.load(indices, options);
      },
    };
    const slow: EvaluationJob['executor'] = {
      ...executor,
      // The next batch fails while this one is still being read.
      read: async (tensor) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return executor.read(tensor);
      },
    };
    const params = { scale: tf.scalar(1) };
    const before = tf.memory().numTensors;
    let thrown: unknown;
    await evaluate(job({ params, dataset: broken, executor: slow })).catch(
      (error: unknown) => (thrown = error),
    );
    expect(formatError(thrown as MdpdError)).toBe('error IMAGE at photos/12.png\n  cannot decode');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('frees its input where the model throws', async () => {
    const params = { scale: tf.scalar(1) };
    const before = tf.memory().numTensors;
    const failing = evaluate(
      job({
        params,
        forward: () => {
          throw new Error('broken model');
        },
      }),
    );
    await expect(failing).rejects.toThrow('broken model');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('hands the accumulator rows of outputs that go with the targets', async () => {
    const seen: { rows: number; widths: number; targets: number }[] = [];
    const watching: Task = {
      ...task,
      metrics: () => ({
        add: (output, target, rows) => {
          seen.push({ rows, widths: output.length, targets: target['label']!.data.length });
        },
        result: () => ({}),
      }),
    };
    await evaluate(job({ task: watching, limit: 10 }));
    expect(seen).toEqual([
      { rows: 8, widths: 24, targets: 8 },
      { rows: 2, widths: 24, targets: 8 },
    ]);
  });
});

describe('evaluate, of texts in buckets', () => {
  const { task: texts } = tinyModel('text');
  const split = texts.splits.test!;
  /** Class by the first of the words that say one, and how long the batch was. */
  const reading: EvaluationJob['forward'] = (_params, input) => {
    const ids = input['input_ids']! as tf.Tensor2D;
    return tf.sum(
      tf.oneHot(tf.maximum(tf.sub(ids, tf.scalar(3, 'int32')), tf.scalar(-1, 'int32')) as tf.Tensor2D, 3),
      1,
    );
  };

  it('has batches of few lengths, and names predictions in the order of the split', async () => {
    const shapes = new Map<string, number>();
    const result = await evaluate(
      job({
        task: texts,
        dataset: split,
        forward: (params, input) => {
          const shape = input['input_ids']!.shape.join();
          shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
          return reading(params, input);
        },
      }),
    );
    expect([...shapes.keys()].sort()).toEqual(['8,5', '8,8']);
    expect(result.metrics['accuracy']).toBe(1);
    const { target } = await split.load([...Array(33).keys()], { augment: false, seed: 0, epoch: 0 });
    expect(result.predictions).toEqual(Array.from(target['label']!.data, (label) => `word ${label}`));
    const first = await evaluate(job({ task: texts, dataset: split, forward: reading, limit: 7 }));
    expect(first.predictions).toEqual(result.predictions.slice(0, 7));
  });

  it('hands on logits of every token', async () => {
    const { task: words } = tinyModel('words');
    const { test } = words.splits;
    const forwardTokens: EvaluationJob['forward'] = (_params, input) =>
      tf.oneHot(input['input_ids']! as tf.Tensor2D, 12);
    const { predictions } = await evaluate(
      job({ task: words, dataset: test!, forward: forwardTokens, limit: 3 }),
    );
    for (const [index, prediction] of predictions.entries()) {
      const { input } = await test!.load([index], { augment: false, seed: 0, epoch: 0 });
      expect(prediction.startsWith(Array.from(input['input_ids']!.data).join(' '))).toBe(true);
    }
  });
});

describe('agreement', () => {
  it('is the share of equal predictions', () => {
    const share = (a: string[], b: string[]): number =>
      agreement({ predictions: a }, { predictions: b }, task);
    expect(share(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd'])).toBe(0.75);
    expect(share(['a'], ['a'])).toBe(1);
    expect(share(['a'], ['b'])).toBe(0);
    expect(share([], [])).toBe(0);
  });

  it('is what the task says of outputs, where it says something', async () => {
    const first = await evaluate(job());
    expect(first).not.toHaveProperty('outputs');
    const near = (a: Float32Array, b: Float32Array): boolean => Math.abs(a[0]! - b[0]!) < 0.5;
    const compared = { ...task, sameOutput: near };
    const { predictions, outputs } = await evaluate(job({ task: compared, batchSize: 5 }));
    expect(predictions).toEqual(first.predictions);
    expect(outputs).toHaveLength(predictions.length);
    const moved = outputs!.map((row, index) => row.map((value) => value + (index === 0 ? 1 : 0.25)));
    const other = { predictions: predictions.map(() => 'other'), outputs: moved };
    expect(agreement({ predictions, outputs }, other, compared)).toBe(1 - 1 / predictions.length);
  });
});
