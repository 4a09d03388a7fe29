/** Both tasks over a backbone with a decoder, which is asked and answers in words. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, TaskContext } from '@mdpd/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { glueProvider } from './glue-provider.ts';
import { createGlueFixture, type GlueFixture } from './testing/glue-fixture.ts';
import { answerConfig, answerInputs, plain } from './testing/text-fixture.ts';
import { textProvider } from './text-provider.ts';
import { textSchema, type TextData } from './text-schema.ts';

let fixture: GlueFixture;
beforeEach(() => {
  fixture = createGlueFixture();
});
afterEach(() => fixture.remove());

type Given = Pick<TaskContext, 'backbone' | 'inputs'>;
const answering = (): Given => ({
  backbone: { family: 't5', config: answerConfig, folder: fixture.model },
  inputs: answerInputs,
});
const textContext = (rest: Partial<TaskContext<TextData>>): TaskContext<TextData> =>
  ({ ...fixture.context(), data: undefined, ...answering(), ...rest }) as TaskContext<TextData>;

describe('glue', () => {
  it('gives the decoder the answer one token late, and labels of its tokens', async () => {
    fixture.add({ format: 'jsonl', tasks: ['sst2'] });
    const task = await fixture.open({ task: 'sst2' }, answering());
    const { input, target } = await task.splits.train!.load([0, 1], plain);
    const [zero, one] = ['0', '1'].map((digit) =>
      readFileSync(join(fixture.model, 'vocab.txt'), 'utf8').split('\n').indexOf(digit),
    );
    expect([...target['labels']!.data]).toEqual([zero, 3, one, 3]);
    expect([...input['decoder_input_ids']!.data]).toEqual([0, zero, 0, one]);
    expect([...input['decoder_attention_mask']!.data]).toEqual([1, 1, 1, 1]);
    expect([...target['label']!.data]).toEqual([0, 1]);
    expect(Object.keys(input).sort()).toEqual(Object.keys(answerInputs).sort());
    expect(task).toMatchObject({
      labels: ['negative', 'positive'],
      head: { kind: 'seq2seq', outputs: answerConfig['vocab_size'] },
      primaryMetric: 'accuracy',
      answers: { tokens: 2 },
    });
  });

  it('answers with names of classes where words are wanted, and remembers it', async () => {
    fixture.add({ format: 'jsonl', tasks: ['sst2'] });
    const task = await fixture.open({ task: 'sst2', answers: 'words' }, answering());
    const { target } = await task.splits.train!.load([0], plain);
    const negative = Float32Array.from(target['labels']!.data, (id) => Math.max(id, 0));
    expect(task.answers!.decode(negative)).toEqual({ value: 'negative' });
    const settings = task.savedFiles()['mdpd_text.json'] as JsonObject;
    expect(settings['answers']).toBe('words');
    const backboneFiles = { 'mdpd_text.json': settings };
    const saved = await glueProvider.open(fixture.context({ ...answering(), labels: [], backboneFiles }));
    expect(saved.answers!.decode(negative)).toEqual({ value: 'negative' });
    // Also where a recipe says nothing of it.
    const evaluated = await fixture.open({ task: 'sst2' }, { ...answering(), labels: [], backboneFiles });
    const again = await evaluated.splits.test!.load([0], plain);
    expect(evaluated.answers!.tokens).toBe(task.answers!.tokens);
    expect(again.target['labels']!.shape).toEqual([1, task.answers!.tokens]);
  });

  it('counts mismatched examples of MNLI apart here, too', async () => {
    fixture.add({ format: 'jsonl', tasks: ['mnli'] });
    const task = await fixture.open({ task: 'mnli' }, answering());
    const { target } = await task.splits.test!.load([0, 39], plain);
    expect([...target['mismatched']!.data]).toEqual([0, 1]);
    const metrics = task.answers!.metrics();
    const [right] = [target['labels']!.data];
    metrics.add(Float32Array.from(right), target, 2);
    expect(metrics.result()).toEqual({ accuracy: 1, accuracy_mm: 1, combined_score: 1 });
  });

  it('starts the decoder without an answer where there is none', async () => {
    fixture.add({ format: 'tsv', tasks: ['stsb'] });
    const task = await fixture.open({ task: 'stsb' }, answering());
    const { tokens } = task.answers!;
    const batch = await task.encode(['a dog\tthe dog']);
    expect([...batch.input['decoder_input_ids']!.data]).toEqual(new Array<number>(tokens).fill(0));
    expect([...batch.input['decoder_attention_mask']!.data]).toEqual([
      1,
      ...new Array<number>(tokens - 1).fill(0),
    ]);
    expect(batch.target).toEqual({});
    const splits = await task.submission!.open();
    expect((await splits['test']!.load([0], plain)).target).toEqual({});
    const [three, point, eight] = ['3', '.', '8'].map((word) =>
      readFileSync(join(fixture.model, 'vocab.txt'), 'utf8').split('\n').indexOf(word),
    );
    const ids = Float32Array.of(three!, point!, eight!, 3, ...new Array<number>(tokens).fill(0));
    const { archive } = task.submission!.write(join(fixture.directory, 'answers'), { test: ids });
    expect(readFileSync(join(archive, '../STS-B.tsv'), 'utf8')).toBe(
      'index\tprediction\n0\t3.800\n1\t0.000\n',
    );
  });

  it('is opened again by what was saved with the model', async () => {
    fixture.add({ format: 'tsv', tasks: ['mrpc'] });
    const task = await fixture.open({ task: 'mrpc' }, answering());
    const settings = task.savedFiles()['mdpd_text.json'] as JsonObject;
    expect(settings).toEqual({
      task: 'mrpc',
      sentences: 2,
      maxLength: 24,
      kind: 'classification',
      labels: ['not_equivalent', 'equivalent'],
      answerTokens: 2,
    });
    // config.json of such a model names no classes.
    const saved = await glueProvider.open(
      fixture.context({ ...answering(), labels: [], backboneFiles: { 'mdpd_text.json': settings } }),
    );
    expect([saved.labels, saved.head, saved.answers!.tokens]).toEqual([task.labels, task.head, 2]);
    const { target } = await task.splits.train!.load([1], plain);
    expect(saved.answers!.decode(Float32Array.from(target['labels']!.data))).toEqual({ value: 'equivalent' });
    const typed = await saved.encode(['a dog\ta cat']);
    expect(typed.input['input_ids']!.shape[1]).toBeLessThanOrEqual(24);
  });
});

describe('text', () => {
  const rows = 'body,kind,stars\na dog,good,4.5\na car,bad,1\nno,good,3\n';
  const recipe = { train: './own.csv', text: 'body', maxLength: 16 };

  it('answers with the names of classes', async () => {
    fixture.write({ 'own.csv': rows });
    const data = textSchema.parse({ ...recipe, label: 'kind' });
    const task = await textProvider.open(textContext({ data }));
    expect([task.labels, task.head.kind, task.answers!.tokens]).toEqual([['bad', 'good'], 'seq2seq', 2]);
    const settings = task.savedFiles()['mdpd_text.json'] as JsonObject;
    const backboneFiles = { 'mdpd_text.json': settings };
    const saved = await textProvider.open(textContext({ labels: [], backboneFiles }));
    const { target } = await task.splits.train!.load([1], plain);
    expect(saved.answers!.decode(Float32Array.from(target['labels']!.data))).toEqual({ value: 'bad' });
    const evaluated = await textProvider.open(
      textContext({ data, labels: [], backboneFiles, splits: ['train'] }),
    );
    expect(evaluated.labels).toEqual(['bad', 'good']);
    // A backbone that was trained for something else before starts anew.
    const other = { 'mdpd_text.json': { ...settings, labels: ['x', 'y'] } };
    expect((await textProvider.open(textContext({ data, backboneFiles: other }))).labels).toEqual([
      'bad',
      'good',
    ]);
  });

  it('answers with scores', async () => {
    fixture.write({ 'own.csv': rows });
    const data = textSchema.parse({ ...recipe, score: 'stars' });
    const task = await textProvider.open(textContext({ data }));
    expect([task.head.kind, task.answers!.tokens, task.primaryMetric]).toEqual(['seq2seq', 4, 'pearson']);
    const { target } = await task.splits.train!.load([0, 1, 2], plain);
    const metrics = task.answers!.metrics();
    metrics.add(
      Float32Array.from(target['labels']!.data, (id) => Math.max(id, 0)),
      target,
      3,
    );
    expect(metrics.result()).toEqual({
      pearson: expect.closeTo(1, 9),
      spearmanr: expect.closeTo(1, 9),
      mse: 0,
    });
    const backboneFiles = { 'mdpd_text.json': task.savedFiles()['mdpd_text.json'] as JsonObject };
    const saved = await textProvider.open(textContext({ labels: [], backboneFiles }));
    expect([saved.answers!.tokens, saved.head, saved.labels]).toEqual([4, task.head, ['score']]);
  });
});
