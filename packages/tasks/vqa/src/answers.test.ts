/** Answers as the evaluators of VQA and GQA read them, against independent implementations in Python. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { normaliseAnswer, trimAnswer, vocabularyAnswer } from './answer-text.ts';
import { AnswerVocabulary, answerForms, buildVocabulary } from './answer-vocabulary.ts';
import { majorityAnswer } from './majority-answer.ts';
import { exactMetrics, gqaMetrics, metricsOfOutputs, vqaMetrics } from './question-metrics.ts';
import { QuestionTable, type Question } from './questions.ts';
import { vqaAccuracy } from './vqa-accuracy.ts';

interface Reference {
  texts: string[];
  normalised: string[];
  vqa: [number, number[], number, string, string][];
  overall: number;
  perAnswerType: Record<string, number>;
  perQuestionType: Record<string, number>;
  gqa: {
    rows: {
      answer: string;
      prediction: string;
      structural: string;
      semantic: string;
      group: string | null;
      isBalanced: boolean;
    }[];
    metrics: Record<string, number>;
  };
}
const reference = JSON.parse(
  readFileSync(new URL('oracles/vqa-metrics.json', import.meta.url), 'utf8'),
) as Reference;
const { texts } = reference;

const question = (answers: readonly string[], details = {}): Question => ({
  id: 1,
  text: 'what?',
  image: '/a.jpg',
  answers,
  answer: answers[0],
  details,
});

describe('answers of VQA', () => {
  it('are normalised as the evaluator does', () => {
    expect(texts.length).toBeGreaterThan(500);
    expect(texts.map(normaliseAnswer)).toEqual(reference.normalised);
  });

  it('keep the quirks of the evaluator', () => {
    expect(normaliseAnswer('1. 2')).toBe('1 2');
    expect(normaliseAnswer('.5')).toBe('.5');
    expect(normaliseAnswer('Im')).toBe('im');
    expect(normaliseAnswer("somebody'd")).toBe('somebodyd');
    expect(normaliseAnswer('couldntve')).toBe('couldntve');
    expect(normaliseAnswer("couldn'tve")).toBe("couldn't've");
    expect(normaliseAnswer('  ')).toBe('');
    expect(vocabularyAnswer('1,000 Dogs')).toBe('1000 dogs');
  });

  it('score 2,000 questions as the evaluator does', () => {
    const metrics = vqaMetrics({ perQuestionType: true });
    for (const [prediction, answers, accuracy, answerType, questionType] of reference.vqa) {
      const given = answers.map((answer) => texts[answer]!);
      expect(vqaAccuracy(texts[prediction]!, given)).toBeCloseTo(accuracy, 10);
      metrics.add(texts[prediction]!, question(given, { answerType, questionType }));
    }
    expect(reference.vqa).toHaveLength(2000);
    const result = metrics.result();
    const rounded = Object.entries(result).map(([name, value]) => [name, Math.round(value * 1e4) / 100]);
    const named = (prefix: string, values: Record<string, number>) =>
      Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value] as const);
    expect(Object.fromEntries(rounded)).toEqual({
      overall: reference.overall,
      ...Object.fromEntries(named('perAnswerType', reference.perAnswerType)),
      ...Object.fromEntries(named('perQuestionType', reference.perQuestionType)),
    });
  });

  it('compare as they are where all people agree', () => {
    expect(vqaAccuracy('two', Array<string>(10).fill('2'))).toBe(0);
    expect(vqaAccuracy('two', [...Array<string>(9).fill('2'), 'ten'])).toBe(1);
    expect(vqaAccuracy('x', [])).toBe(0);
    const people = (count: number) => [
      ...Array<string>(count).fill('a b'),
      ...Array<string>(10 - count).fill('c'),
    ];
    expect([0, 1, 2, 3, 4, 10].map((count) => Number(vqaAccuracy('a b', people(count)).toFixed(6)))).toEqual([
      // "b" without its article, in answers and prediction alike.
      0, 0.3, 0.6, 0.9, 1, 1,
    ]);
  });
});

describe('answers of GQA', () => {
  it('score as eval.py does', () => {
    const metrics = gqaMetrics();
    for (const { answer, prediction, structural, semantic, group, isBalanced } of reference.gqa.rows) {
      const details = { structural, semantic, balanced: isBalanced, ...(group === null ? {} : { group }) };
      metrics.add(prediction, question([answer], details));
    }
    const result = metrics.result();
    expect(Object.keys(result).sort()).toEqual(Object.keys(reference.gqa.metrics).sort());
    for (const [name, value] of Object.entries(reference.gqa.metrics))
      expect(result[name]).toBeCloseTo(value, 10);
  });
});

describe('metrics', () => {
  it('are 0 for nothing, and where outputs are no numbers', () => {
    expect(vqaMetrics().result()).toEqual({
      overall: 0,
      'perAnswerType.yes/no': 0,
      'perAnswerType.number': 0,
      'perAnswerType.other': 0,
    });
    expect(gqaMetrics().result()).toEqual({ accuracy: 0, binary: 0, open: 0, distribution: 0 });
    const metrics = metricsOfOutputs(exactMetrics(), ['a', 'b'], () => question(['b']));
    const target = { question: { data: Int32Array.of(0, 0, 0), shape: [3], dtype: 'int32' } } as const;
    metrics.add(Float32Array.of(0, 1, NaN, NaN, 2, 1), target, 3);
    expect(metrics.result()['accuracy']).toBeCloseTo(1 / 3);
  });
});

describe('the vocabulary', () => {
  const table = new QuestionTable();
  for (const answer of ['Red.', 'two', 'red', '2', 'blue', 'the red', '']) table.push(question([answer]));

  it('has what is frequent, in the order of its first appearance', () => {
    const build = (minCount: number) =>
      buildVocabulary(table, { minCount, form: answerForms.people, place: 'data.train' });
    expect(build(1)).toEqual(['red', '2', 'blue']);
    expect(build(2)).toEqual(['red', '2']);
    expect(() => build(3)).toThrowError(
      expect.objectContaining({ code: 'QUESTIONS_VOCABULARY', message: '1 answers stand at least 3 times' }),
    );
    expect(buildVocabulary(table, { minCount: 1, form: trimAnswer, place: 'data.train' })[0]).toBe('Red.');
  });

  it('scores by how many people agree, best first', () => {
    const vocabulary = new AnswerVocabulary(['red', '2', 'blue', 'no', 'yes']);
    const people = ['2', 'red', 'red', 'blue', 'blue', 'blue', 'green', 'no', 'no', 'no', 'no', 'no'];
    expect(
      vocabulary.scores(question(people)).map(([label, score]) => [label, Number(score.toFixed(6))]),
    ).toEqual([
      [3, 1],
      [2, 0.9],
      [0, 0.6],
      [1, 0.3],
    ]);
    expect(vocabulary.scores(question(['blue']))).toEqual([[2, 1]]);
    expect(vocabulary.scores(question(['green']))).toEqual([]);
  });

  it('knows which answer scores most where nothing is looked at', () => {
    const list = new QuestionTable();
    // Three times "no" by one person of ten is less than "blue" by all, once.
    const people = [...new Array<string>(9).fill('green'), 'no'];
    for (const answers of [people, people, people, new Array<string>(10).fill('blue')])
      list.push(question(answers));
    const { name, output } = majorityAnswer(list, new AnswerVocabulary(['no', 'red', 'blue']));
    expect(name).toBe('always answering "blue"');
    expect([...output]).toEqual([0, 0, 1]);
  });

  it('knows it among more answers than a function takes arguments', () => {
    const list = new QuestionTable();
    const answers = Array.from({ length: 200_000 }, (_, index) => `answer ${index}`);
    for (const answer of answers) list.push(question([answer]));
    expect(() => buildVocabulary(list, { minCount: 2, form: trimAnswer, place: 'data.train' })).toThrowError(
      expect.objectContaining({ code: 'QUESTIONS_VOCABULARY' }),
    );
    expect(majorityAnswer(list, new AnswerVocabulary(answers)).name).toBe('always answering "answer 0"');
  });
});

it('trims in time that grows with the text, whatever stands in it', () => {
  const inner = `a${' '.repeat(200_000)}b`;
  const begin = process.cpuUsage();
  expect(trimAnswer(`\u3000\n${inner}\t\u2009`)).toBe(inner);
  // An expression took half a minute.
  expect(process.cpuUsage(begin).user / 1e6).toBeLessThan(5);
});
