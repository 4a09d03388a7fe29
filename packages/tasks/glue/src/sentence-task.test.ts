import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@mdpd/tensor/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset, SavedFile } from '@mdpd/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEncoder, type SentenceEncoder } from './sentence-encoder.ts';
import { createSentenceTask, scoreText, type SentenceTaskOptions } from './sentence-task.ts';
import { createTextFixture, plain, textInputs, wordsOf } from './testing/text-fixture.ts';
import { textMetrics } from './text-metrics.ts';
import type { TextExamples } from './text-examples.ts';

const fixture = createTextFixture<unknown>();
let encoder: SentenceEncoder;
beforeAll(async () => {
  await useBackend('cpu');
  encoder = await openEncoder(fixture.context(), { maxLength: 16 });
});
afterAll(() => fixture.remove());

const taskOf = (options: Partial<SentenceTaskOptions>) =>
  createSentenceTask({
    name: 'text',
    kind: 'classification',
    labels: ['bad', 'good', 'so so'],
    splits: {},
    primaryMetric: 'accuracy',
    metrics: textMetrics('classification', 3).metrics,
    encoder,
    sentences: 1,
    ...options,
  });
const scoreTask = (unit?: number) =>
  taskOf({
    kind: 'regression',
    labels: ['score'],
    primaryMetric: 'pearson',
    metrics: textMetrics('regression', 1).metrics,
    unit,
  });

describe('a task of classes', () => {
  const rows = [
    [1, 2, 3],
    [0, -2, 1],
  ];
  const logSoftmax = (row: number[]): number[] =>
    row.map((value) => value - Math.log(row.reduce((sum, each) => sum + Math.exp(each), 0)));

  it('has the cross entropy as its loss, smoothed where asked', async () => {
    const task = taskOf({});
    const target = { label: tf.tensor1d([2, 0], 'int32') };
    const losses = [...(await task.loss(tf.tensor2d(rows), target).data())];
    const smooth = [...(await task.loss(tf.tensor2d(rows), target, 0.3).data())];
    for (const [i, label] of [2, 0].entries()) {
      const logs = logSoftmax(rows[i]!);
      expect(losses[i]).toBeCloseTo(-logs[label]!, 5);
      expect(smooth[i]).toBeCloseTo(-(0.7 * logs[label]! + 0.1 * logs.reduce((a, b) => a + b)), 5);
    }
    expect(task.head).toEqual({ kind: 'classification', outputs: 3 });
  });

  it('distils probabilities, and decodes class names', async () => {
    const task = taskOf({});
    const loss = await task.distill(tf.tensor2d([rows[0]!]), tf.tensor2d([rows[1]!]), 2).data();
    const [p, q] = [logSoftmax(rows[1]!.map((v) => v / 2)), logSoftmax(rows[0]!.map((v) => v / 2))];
    expect(loss[0]).toBeCloseTo(4 * p.reduce((sum, log, c) => sum + Math.exp(log) * (log - q[c]!), 0), 5);
    const { value, probability, top } = task.decode(Float32Array.of(0, Math.log(2), 0));
    expect([value, probability, top!.map((entry) => entry.value)]).toEqual([
      'good',
      expect.closeTo(0.5, 6),
      ['good', 'bad', 'so so'],
    ]);
  });
});

describe('a task of scores', () => {
  it('has the squared error in units of the variance as its loss', async () => {
    const target = { score: tf.tensor1d([1, 4]) };
    const output = tf.tensor2d([[3], [4.5]]);
    expect([...(await scoreTask(2).loss(output, target, 0.3).data())]).toEqual([2, 0.125]);
    expect([...(await scoreTask().loss(output, target).data())]).toEqual([4, 0.25]);
    const teacher = tf.tensor2d([[1], [4.5]]);
    expect([...(await scoreTask(2).distill(output, teacher, 4).data())]).toEqual([2, 0]);
    expect(scoreTask().head).toEqual({ kind: 'regression', outputs: 1 });
  });

  it.each([
    [3.4217, '3.4'],
    [0.04999, '0.05'],
    [-0.5, '-0.5'],
    [0, '0'],
    [87.3, '87'],
    [2015.4, '2015'],
    [NaN, 'not a number'],
    [Infinity, 'Infinity'],
  ])('reads %f as %s', (score, text) => {
    expect(scoreTask().decode(Float32Array.of(score))).toEqual({ value: text });
    expect(scoreText(score)).toBe(text);
  });
});

describe('what a user types', () => {
  it('is encoded as the data are', async () => {
    const examples: TextExamples = {
      size: 2,
      origin: 'own',
      labelled: true,
      text: (index) => [['a dull film', 'a good story about a dog'][index]!],
      label: (index) => index,
      place: String,
    };
    const dataset = await encoder.dataset('train', examples, 'label');
    const batch = await taskOf({}).encode(['a dull film', 'a good story about a dog']);
    expect(batch.input).toEqual((await dataset.load([0, 1], plain)).input);
    expect(batch.target).toEqual({});
    await expect(taskOf({}).encode(['a dull film', ' '])).rejects.toMatchObject({
      code: 'TEXT_INPUT',
      message: 'the text is empty',
    });
    await expect(taskOf({ sentences: 2 }).encode(['a dull film'])).rejects.toMatchObject({
      message: 'there is one sentence',
    });
    const pair = await taskOf({ sentences: 2 }).encode(['where is it ?\tin the park']);
    expect([...pair.input['token_type_ids']!.data].lastIndexOf(1)).toBe(9);
    const either = await taskOf({ sentences: undefined }).encode(['a', 'a\ta']);
    expect(either.size).toBe(2);
  });
});

describe('saved files', () => {
  const names = (files: Readonly<Record<string, SavedFile>>): string[] => Object.keys(files).sort();

  it('are the tokenizer and what the task is', () => {
    const files = taskOf({ task: 'sst2' }).savedFiles();
    expect(names(files)).toEqual([
      ...[
        'mdpd_text.json',
        'special_tokens_map.json',
        'tokenizer.json',
        'tokenizer_config.json',
        'vocab.txt',
      ],
    ]);
    expect(files['mdpd_text.json']).toEqual({ task: 'sst2', sentences: 1, maxLength: 16 });
    expect(taskOf({}).savedFiles()['mdpd_text.json']).toEqual({ sentences: 1, maxLength: 16 });
    expect(names(taskOf({ sentences: undefined }).savedFiles())).not.toContain('mdpd_text.json');
  });
});

describe('openEncoder', () => {
  const examplesOf = (...texts: string[]): TextExamples => ({
    size: texts.length,
    origin: 'own.csv',
    labelled: true,
    text: (index) => [texts[index]!],
    label: () => 2.5,
    place: String,
  });

  it('pads to few lengths, cuts what is too long and says so', async () => {
    const set = await encoder.dataset('test', examplesOf('a dog', 'a '.repeat(40)), 'score');
    expect(await wordsOf(set, 0)).toBe('[CLS] a dog [SEP]');
    const { input, target } = await set.load([1], plain);
    expect([input['input_ids']!.shape, [...target['score']!.data]]).toEqual([[1, 16], [2.5]]);
    expect(fixture.warnings.splice(0)).toEqual(['own.csv: 1 of 2 texts are cut to 16 tokens']);
    const short = await openEncoder(fixture.context(), { maxLength: 128 });
    expect(short.maxLength).toBe(32);
    expect(fixture.warnings.splice(0)).toEqual([
      'texts are cut to 32 tokens instead of 128: the backbone reads no more',
    ]);
  });

  it.each([
    ['nothing', undefined, 16],
    ['"very large"', 1e30, 16],
    ['less than was read', 8, 16],
    ['more than was read', 24, 24],
    ['more than the backbone reads', 512, 32],
  ])('saves how long texts may be where the checkpoint says %s', async (_, said, saved) => {
    if (said !== undefined) {
      const config = JSON.stringify({ model_max_length: said });
      fixture.write({ 'said/vocab.txt': readFileSync(join(fixture.model, 'vocab.txt')) });
      fixture.write({ 'said/tokenizer_config.json': config });
    }
    const tokenizer = said === undefined ? {} : { tokenizer: './said' };
    const opened = await openEncoder(fixture.context(), { maxLength: 16, ...tokenizer });
    expect(opened.files()['tokenizer_config.json']).toMatchObject({ model_max_length: saved });
  });

  it('pads to the one length that a backbone reads', async () => {
    const fixed = Object.fromEntries(
      Object.entries(textInputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
    );
    const opened = await openEncoder(fixture.context({ inputs: fixed }), { maxLength: 16 });
    const set: Dataset = await opened.dataset('test', examplesOf('a dog'), 'score');
    expect((await set.load([0], plain)).input['input_ids']!.shape).toEqual([1, 32]);
    expect((await opened.encode([['a dog']])).input['input_ids']!.shape).toEqual([1, 32]);
  });

  it('refuses backbones that read no texts, and backbones without a tokenizer', async () => {
    const inputs = { pixel_values: { shape: [3, 8, 8], dtype: 'float32' } } as const;
    await expect(openEncoder(fixture.context({ inputs }), { maxLength: 16 })).rejects.toMatchObject({
      code: 'BACKBONE_INPUT',
      message: 'the backbone bert does not read texts',
      allowed: 'one with input_ids; it reads pixel_values',
      exitCode: 2,
    });
    const { backbone } = fixture.context();
    const fresh = { backbone: { ...backbone, folder: undefined } };
    await expect(openEncoder(fixture.context(fresh), { maxLength: 16 })).rejects.toMatchObject({
      code: 'TOKENIZER_MISSING',
      message: 'a backbone with fresh parameters has no tokenizer',
      place: 'data.tokenizer',
      fix: 'name one: data.tokenizer=FOLDER',
    });
    const named = await openEncoder(fixture.context(fresh), { maxLength: 16, tokenizer: './model' });
    expect((await named.encode([['a']])).size).toBe(1);
    await expect(
      openEncoder(fixture.context(), { maxLength: 16, tokenizer: './nowhere' }),
    ).rejects.toMatchObject({
      code: 'TOKENIZER_MISSING',
    });
  });

  it("refuses another model's tokenizer", async () => {
    const { backbone } = fixture.context();
    const config = { ...backbone.config, vocab_size: 30_522 };
    await expect(
      openEncoder(fixture.context({ backbone: { ...backbone, config } }), { maxLength: 16 }),
    ).rejects.toMatchObject({
      code: 'TOKENIZER_VOCABULARY',
      message: expect.stringContaining('the checkpoint embeddings for 30522'),
      place: fixture.model,
      fix: 'take the tokenizer files from the same model as the checkpoint',
    });
  });
});
