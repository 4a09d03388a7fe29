/** Questions in the published layouts, opened as a recipe opens them. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatError, type Dataset, type MdpdError, type Task } from '@mdpd/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gqaProvider, vqaProvider } from './question-providers.ts';
import {
  asked,
  createQuestionFixture,
  gqaQuestions,
  json,
  numbers,
  plain,
  registry,
  vqaAnnotation,
  vqaQuestion,
  type QuestionFixture,
} from './testing/question-fixture.ts';

let fixture: QuestionFixture;
beforeEach(async () => {
  fixture = await createQuestionFixture();
});
afterEach(() => fixture.remove());

const vocabulary = ['red', 'yes', '2', 'no', 'circle'];
const labels = [0, 1, 2, 3, 4, 3];
const all = (set: Dataset) => set.load([...Array(set.size).keys()], plain);
const textOf = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run;
    return 'nothing';
  } catch (thrown) {
    const error = thrown as MdpdError;
    return `${error.code} ${error.message}\n${formatError(error)}`.replaceAll(fixture.folder, 'ROOT');
  }
};
async function labelsOf(task: Task, split: 'train' | 'test' = 'train'): Promise<number[]> {
  return [...(await all(task.splits[split]!)).target['label']!.data];
}

it('the plugin registers both', () => {
  expect(registry.tasks.get('vqa')).toBe(vqaProvider);
  expect(registry.tasks.get('gqa')).toBe(gqaProvider);
});

describe('VQA v2', () => {
  it('joins questions and annotations by id, with soft targets', async () => {
    const task = await fixture.open('vqa', { minCount: 1 });
    expect(task).toMatchObject({
      name: 'vqa',
      labels: vocabulary,
      head: { kind: 'vqa', outputs: 5 },
      primaryMetric: 'overall',
    });
    const { input, target, size } = await all(task.splits.train!);
    expect(size).toBe(6);
    expect(input['pixel_values']!.shape).toEqual([6, 3, 8, 8]);
    expect(input['pixel_mask']!.shape).toEqual([6, 8, 8]);
    expect([...target['label']!.data]).toEqual(labels);
    const scores = [...target['scores']!.data];
    expect(scores.slice(0, 5)).toEqual([1, 0, 0, 0, 0]);
    expect(scores.reduce((sum, each) => sum + each, 0)).toBe(6);
    expect(fixture.warnings).toEqual([]);
  });

  it('takes answers that are frequent, leaves out what cannot be learnt, and tests on all', async () => {
    fixture.write(
      'v2_mscoco_train2014_annotations.json',
      json({
        annotations: numbers
          .map((index) => vqaAnnotation(index === 0 ? 1 : index))
          .map((each, index) => ({ ...each, question_id: vqaQuestion(index).question_id })),
      }),
    );
    const task = await fixture.open('vqa', { minCount: 2 });
    expect(task.labels).toEqual(['yes', 'no']);
    expect(task.splits.train!.size).toBe(4);
    expect(task.splits.test!.size).toBe(6);
    expect(fixture.warnings).toEqual([
      '2 of 6 training questions are left out: none of their answers is in the vocabulary',
    ]);
    expect(await labelsOf(task, 'test')).toEqual([-1, 0, -1, 1, -1, 1]);
    expect(await textOf(fixture.open('vqa', {}))).toContain('0 answers stand at least 9 times');
  });

  it('knows what is answered most, of all its training questions', async () => {
    const { baseline } = await fixture.open('vqa', { minCount: 1 });
    expect(baseline!.name).toBe('always answering "no"');
    expect([...baseline!.output]).toEqual([0, 0, 0, 1, 0]);
  });

  it('sees no image where it is blind, and the same questions', async () => {
    const [seeing, blind] = [
      await fixture.open('vqa', { minCount: 1 }),
      await fixture.open('vqa', { minCount: 1, blind: true }),
    ];
    const [seen, unseen] = [await all(seeing.splits.train!), await all(blind.splits.train!)];
    const { pixel_values: pixels, ...rest } = seen.input;
    const { pixel_values: none, ...restUnseen } = unseen.input;
    expect(pixels!.data.some((value) => value !== 0)).toBe(true);
    expect(none!.shape).toEqual(pixels!.shape);
    expect(none!.data.every((value) => value === 0)).toBe(true);
    expect(restUnseen).toEqual(rest);
    expect(unseen.target).toEqual(seen.target);
  });

  it('takes slices and sums, and limits by split', async () => {
    const data = { minCount: 1, train: 'train2014[:4] + val2014[-1:]', limit: { test: 2 } };
    const task = await fixture.open('vqa', data);
    expect(task.labels).toEqual(['red', 'yes', '2', 'no']);
    expect(task.splits.train!.size).toBe(5);
    expect(task.splits.test!.size).toBe(2);
    expect((await fixture.open('vqa', { minCount: 1 }, { limit: 3 })).labels).toHaveLength(5);
  });

  it('finds images in the folder of another subtype', async () => {
    rmSync(join(fixture.folder, 'val2014'), { recursive: true });
    expect((await fixture.open('vqa', { minCount: 1 })).splits.test!.size).toBe(6);
  });

  it('scores right answers with 1, by type', async () => {
    const task = await fixture.open('vqa', { minCount: 1, perQuestionType: true });
    const { target, size } = await all(task.splits.test!);
    const metrics = task.metrics();
    metrics.add(Float32Array.from(target['scores']!.data), target, size);
    expect(metrics.result()).toMatchObject({
      overall: 1,
      'perAnswerType.yes/no': 1,
      'perQuestionType.what is': 1,
    });
    const wrong = task.metrics();
    wrong.add(new Float32Array(30).fill(1), target, size);
    expect(wrong.result()['overall']).toBeCloseTo(1 / 6);
  });

  it('names what is wrong with the files', async () => {
    const questions = 'v2_OpenEnded_mscoco_train2014_questions.json';
    const annotations = 'v2_mscoco_train2014_annotations.json';
    const reads = async (file: string, content: string): Promise<string> => {
      fixture.write(file, content);
      const text = await textOf(fixture.open('vqa', { minCount: 1 }));
      fixture.write(questions, json({ questions: numbers.map(vqaQuestion) }));
      fixture.write(annotations, json({ annotations: numbers.map(vqaAnnotation) }));
      return text;
    };
    const twice = [0, 1, 1].map(vqaQuestion);
    expect(await reads(questions, json({ questions: twice }))).toMatch(
      /QUESTIONS_DUPLICATE.*two questions 11001[^]*questions\[2\]/u,
    );
    expect(await reads(annotations, json({ annotations: [vqaAnnotation(0)] }))).toMatch(
      /QUESTIONS_ANSWER.*question 11001 has no annotation[^]*v2_mscoco_train2014/u,
    );
    expect(await reads(questions, json({ questions: [vqaQuestion(0)] }))).toMatch(
      /QUESTIONS_INVALID.*answers question \d+, which is not asked/u,
    );
    expect(await reads(questions, '{"questions": [{"question": 5}]}')).toMatch(
      /QUESTIONS_INVALID.*question_id[^]*questions\[0\]/u,
    );
    expect(await reads(questions, '{"questions": [{"question": }]}')).toMatch(
      /QUESTIONS_INVALID.*not JSON[^]*questions\[0\]/u,
    );
    expect(await reads(questions, '{"questions": [')).toMatch(/QUESTIONS_INVALID.*ends within the object/u);
    expect(await reads(questions, '[]')).toMatch(/QUESTIONS_INVALID.*does not start with "\{"/u);
    const missing = { ...vqaQuestion(0), image_id: 99 };
    expect(await reads(questions, json({ questions: [missing] }))).toMatch(
      /QUESTIONS_IMAGE.*COCO_train2014_000000000099.jpg[^]*ROOT\/val2014/u,
    );
    rmSync(join(fixture.folder, annotations));
    expect(await textOf(fixture.open('vqa', { minCount: 1 }))).toMatch(
      /DATA_MISSING.*v2_mscoco_train2014_annotations.json/u,
    );
  });
});

describe('other layouts', () => {
  it('GQA: lists in parts by number, one right answer', async () => {
    const task = await fixture.open('gqa', {});
    expect(task).toMatchObject({ name: 'gqa', labels: vocabulary, primaryMetric: 'accuracy' });
    expect(await labelsOf(task)).toEqual(labels);
    const { target, size } = await all(task.splits.test!);
    expect(Object.keys(target)).toEqual(['label', 'question']);
    const metrics = task.metrics();
    metrics.add(new Float32Array(30), target, size);
    expect(metrics.result()).toMatchObject({ accuracy: 1 / 6, binary: 0, open: 1 / 3 });
    fixture.write(
      'testdev_balanced_questions.json',
      json({ ...gqaQuestions, '9': { question: 'what?', imageId: 'n10' } }),
    );
    expect(await textOf(fixture.open('gqa', {}))).toMatch(/QUESTIONS_ANSWER.*question 9 has no answer/u);
    fixture.write(
      'testdev_balanced_questions.json',
      json({ 9: { question: 'what?', imageId: '../n10', answer: 'a' } }),
    );
    expect(await textOf(fixture.open('gqa', {}))).toMatch(/QUESTIONS_INVALID.*imageId/u);
  });

  it('GQA: says in which part a question stands again, or has no image', async () => {
    const part = 'train_balanced_questions/train_balanced_questions_11.json';
    fixture.write(part, json({ '017': gqaQuestions['017'] }));
    expect(await textOf(fixture.open('gqa', {}))).toMatch(
      /QUESTIONS_DUPLICATE.*two questions 017[^]*train_balanced_questions_11.json: "017"/u,
    );
    const twice = `"9": ${json(gqaQuestions['017'])}`;
    fixture.write(part, `{${twice}, ${twice}}`);
    expect(await textOf(fixture.open('gqa', {}))).toContain('there are two questions 9');
    fixture.write(part, json({ '9': { ...gqaQuestions['017'], imageId: 'n99' } }));
    expect(await textOf(fixture.open('gqa', {}))).toMatch(
      /QUESTIONS_IMAGE.*n99.jpg[^]*train_balanced_questions_11.json/u,
    );
  });

  it('easy-VQA', async () => {
    const task = await fixture.open('vqa', { format: 'easy-vqa' });
    expect(task).toMatchObject({ labels: vocabulary, primaryMetric: 'accuracy' });
    expect(await labelsOf(task)).toEqual(labels);
    fixture.write('train/questions.json', '[["what?", "red"]]');
    expect(await textOf(fixture.open('vqa', { format: 'easy-vqa' }))).toMatch(
      /QUESTIONS_INVALID[^]*questions.json\[0\]/u,
    );
  });

  it('a table', async () => {
    const task = await fixture.open('vqa', { format: 'table', test: 'train.csv[:2]', loss: 'bce' });
    expect(await labelsOf(task)).toEqual(labels);
    expect(task.splits.test!.size).toBe(2);
    fixture.write('train.csv', 'question,image,answer\nwhat?,../../x.jpg,red\n');
    expect(await textOf(fixture.open('vqa', { format: 'table', test: 'train.csv' }))).toContain('DATA_PATH');
    fixture.write('train.csv', 'question,picture,answer\nwhat?,x.jpg,red\n');
    expect(await textOf(fixture.open('vqa', { format: 'table', test: 'train.csv' }))).toContain(
      'TEXT_COLUMNS',
    );
  });
});

describe('what is sent to servers', () => {
  it.each([
    ['vqa', { minCount: 1 }, 'test2015', 'vqa_OpenEnded_mscoco_test2015_mdpd_results.json'],
    ['gqa', {}, 'submission_all', 'gqa_submission_all_predictions.json'],
  ] as const)('%s', async (name, data, split, file) => {
    const task = await fixture.open(name, data);
    const opened = await task.submission!.open();
    expect((await all(opened[split]!)).target).toEqual({});
    const outputs = new Float32Array(30);
    labels.forEach((label, row) => (outputs[row * 5 + label] = 1));
    const folder = join(fixture.folder, 'answers');
    expect(task.submission!.write(folder, { [split]: outputs })).toEqual({
      archive: join(folder, file),
      missing: [],
    });
    const expected =
      name === 'vqa'
        ? asked.map(({ answer }, index) => ({ question_id: vqaQuestion(index).question_id, answer }))
        : asked.map(({ answer }, index) => ({ questionId: `0${index}7`, prediction: answer }));
    expect(JSON.parse(readFileSync(join(folder, file), 'utf8'))).toEqual(expected);
  });
});

describe('a saved model', () => {
  it('answers as it was trained', async () => {
    const context = { data: undefined, labels: vocabulary };
    const image = join(fixture.folder, 'images/n10.jpg');
    for (const [loss, sum] of [
      ['bce', 2.5],
      ['crossEntropy', 1],
    ] as const) {
      const trained = await fixture.open('vqa', { minCount: 1, loss, maxLength: 8 });
      const saved = trained.savedFiles();
      expect(Object.keys(saved)).toEqual(
        expect.arrayContaining(['mdpd_questions.json', 'preprocessor_config.json', 'vocab.txt']),
      );
      expect(saved['tokenizer_config.json']).toMatchObject({ model_max_length: 8 });
      const backboneFiles = { 'mdpd_questions.json': saved['mdpd_questions.json'] as { loss: string } };
      const task = await fixture.open('vqa', {}, { ...context, backboneFiles });
      const { top = [], value } = task.decode(new Float32Array(5));
      expect(value).toBe('red');
      expect(top.reduce((total, { probability }) => total + probability, 0)).toBeCloseTo(sum);
      const batch = await task.encode([`${image} what colour is the circle?`]);
      expect(batch.input['input_ids']!.shape).toEqual([1, 8]);
    }
    expect(await textOf((await fixture.open('vqa', {}, context)).encode(['photo.jpg']))).toContain(
      '"photo.jpg what colour is the circle?"',
    );
  });
});
