import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRightAnswer, judgeQuestion } from './judge-answer.ts';
import type { Question } from './questions.ts';
import { asked, createQuestionFixture, plain, type QuestionFixture } from './testing/question-fixture.ts';

const question = (answers: readonly string[], answer?: string): Question => ({
  id: 1,
  text: 'what?',
  image: 'x.png',
  answers,
  answer,
  details: {},
});

describe('an answer', () => {
  it('of one of ten people is right, as far as its score is above 0', () => {
    const people = question([...Array<string>(7).fill('red'), 'blue', 'dark red', 'dark red'], 'red');
    expect(
      ['red', 'Red', 'dark red', 'blue', 'green', ''].map((said) => isRightAnswer(said, people)),
    ).toEqual([...[true, true, true, true, false, false]]);
  });

  it('beside a single one is right where it is that one', () => {
    expect(isRightAnswer('red', question(['red'], 'red'))).toBe(true);
    expect(isRightAnswer('green', question(['red'], 'red'))).toBe(false);
    expect(isRightAnswer('red', question([]))).toBe(false);
  });
});

const int32 = (value: number) => ({ data: Int32Array.of(value), shape: [1], dtype: 'int32' }) as const;

describe('judgeQuestion', () => {
  const answers = ['red', '<b>blue</b>'];
  const output = Float32Array.of(0, 1);

  it('expects the best answer of the vocabulary, else that of the data', () => {
    const of = (label: number, asks: Question) =>
      judgeQuestion(output, { question: int32(0), label: int32(label) }, answers, () => asks);
    expect(of(1, question(['<b>blue</b>'], '<b>blue</b>'))).toEqual({ expected: '<b>blue</b>', right: true });
    expect(of(-1, question(['violet'], 'violet'))).toEqual({ expected: 'violet', right: false });
    expect(of(-1, question([]))).toEqual({});
  });

  it('says nothing where there is no question', () => {
    expect(judgeQuestion(output, {}, answers, () => expect.unreachable('was asked for'))).toEqual({});
  });
});

describe('the tasks', () => {
  let fixture: QuestionFixture;
  beforeEach(async () => {
    fixture = await createQuestionFixture();
  });
  afterEach(() => fixture.remove());

  it.each([
    ['vqa', { minCount: 1 }],
    ['vqa', { format: 'table', test: 'train.csv' }],
  ] as const)(
    'show questions with their images, and judge them as they measure: %s %j',
    async (name, data) => {
      const task = await fixture.open(name, data);
      const { test } = task.splits;
      const { target } = await test!.load([...asked.keys()], plain);
      // Always the first answer.
      const output = Float32Array.from(task.labels, (_, at) => (at === 0 ? 3 : 0));
      const rights = [];
      const metrics = task.metrics();
      for (const index of asked.keys()) {
        const { texts, image } = await test!.show!(index);
        expect(texts).toEqual([asked[index]!.question]);
        expect(image).toMatchObject({ width: 10, height: 8 });
        const own = {
          question: int32(target['question']!.data[index]!),
          label: int32(target['label']!.data[index]!),
        };
        const { expected, right } = task.judge!(output, own);
        expect(expected).toBe(asked[index]!.answer);
        rights.push(right);
        metrics.add(output, own, 1);
      }
      expect(rights).toEqual(asked.map(({ answer }) => answer === task.labels[0]));
      expect(metrics.result()[task.primaryMetric]).toBeCloseTo(1 / 6, 9);
    },
  );
});
