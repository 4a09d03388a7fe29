import { MdpdError, type TextTable } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { classReader, trainingClasses } from './text-classes.ts';
import { examplesOf, readRows, type RowOptions } from './text-rows.ts';
import { memoryTable } from './testing/memory-table.ts';

const warnings: string[] = [];
const options = (rest: Partial<RowOptions> = {}): RowOptions => ({
  texts: ['body'],
  label: 'kind',
  kind: 'classification',
  onInvalid: 'error',
  place: 'data.train',
  warn: (message) => warnings.push(message),
  ...rest,
});
const failure = (run: () => unknown): MdpdError => {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof MdpdError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
};
const mails = (...rows: (string | number | null)[][]): TextTable =>
  memoryTable('mails.csv', ['body', 'kind'], rows);

describe('readRows', () => {
  it('gives every row that has text and label', () => {
    const table = mails(['buy now', 'spam'], ['hello', 'ham']);
    expect(readRows(table, options())).toEqual({ rows: [0, 1], cells: ['spam', 'ham'] });
    expect(readRows(table, options({ label: undefined }))).toEqual({ rows: [0, 1], cells: ['', ''] });
  });

  it.each<[string, (string | number | null)[], string]>([
    ['an empty text', ['', 'spam'], 'there is no text in column "body"'],
    ['a text of blanks', [' \t', 'spam'], 'there is no text in column "body"'],
    ['no text', [null, 'spam'], 'there is no text in column "body"'],
    ['an empty label', ['buy', ''], 'there is no label in column "kind"'],
    ['no label', ['buy', null], 'there is no label in column "kind"'],
  ])('refuses a row with %s, or leaves it out', (_name, row, message) => {
    const table = mails(['buy now', 'spam'], row, ['hello', 'ham']);
    expect(failure(() => readRows(table, options()))).toMatchObject({
      code: 'TEXT_ROW',
      message,
      place: 'mails.csv:3',
      allowed: 'text and label in every row',
      fix: 'correct the row, or leave out all rows like it: data.onInvalid=skip',
      exitCode: 2,
    });
    expect(readRows(table, options({ onInvalid: 'skip' })).rows).toEqual([0, 2]);
    expect(warnings.splice(0)).toEqual([
      'mails.csv: left out 1 of 3 rows without text or label: mails.csv:3',
    ]);
  });

  it('reads scores', () => {
    const table = mails(['good', '4.5'], ['bad', -1], ['so so', '2,5']);
    const scores = options({ kind: 'regression' });
    expect(failure(() => readRows(table, scores))).toMatchObject({
      message: 'the score in column "kind" is "2,5"',
      place: 'mails.csv:4',
    });
    expect(readRows(table, { ...scores, onInvalid: 'skip' }).cells).toEqual(['4.5', '-1']);
    warnings.splice(0);
  });

  it('takes −1 for no label where a file names its classes', () => {
    const table = memoryTable(
      'mails.parquet',
      ['body', 'kind'],
      [
        ['a', 0],
        ['b', -1],
      ],
      { kind: ['ham', 'spam'] },
    );
    expect(failure(() => readRows(table, options())).message).toBe('there is no label in column "kind"');
    expect(readRows(mails(['a', 0], ['b', -1]), options()).cells).toEqual(['0', '-1']);
  });

  it('names the columns that there are', () => {
    const table = mails(['a', 'spam']);
    expect(failure(() => readRows(table, options({ texts: ['boby'] })))).toMatchObject({
      code: 'TEXT_COLUMNS',
      message: 'mails.csv has no column "boby"',
      place: 'data.text',
      allowed: 'body, kind',
      fix: 'did you mean "body"?',
      exitCode: 2,
    });
    expect(failure(() => readRows(table, options({ label: 'class' }))).place).toBe('data.label');
    expect(failure(() => readRows(table, options({ label: 'class', kind: 'regression' }))).place).toBe(
      'data.score',
    );
  });

  it('must find something', () => {
    expect(failure(() => readRows(mails(), options()))).toMatchObject({
      code: 'TEXT_EMPTY',
      message: 'mails.csv has no example',
      place: 'data.train',
      allowed: '0 rows were read',
    });
    expect(failure(() => readRows(mails(['', 'a']), options({ onInvalid: 'skip' }))).allowed).toBe(
      '1 rows were read',
    );
  });

  it('becomes examples', () => {
    const table = memoryTable(
      'qa.csv',
      ['q', 'a', 'ok'],
      [
        ['', 'x', 1],
        ['how', 'so', 1],
        ['why', 'no', 0],
      ],
    );
    const read = readRows(table, options({ texts: ['q', 'a'], label: 'ok', onInvalid: 'skip' }));
    const examples = examplesOf(table, ['q', 'a'], read, Number);
    expect([0, 1].map((i) => [examples.text(i), examples.label(i), examples.place(i)])).toEqual([
      [['how', 'so'], 1, 'qa.csv:3'],
      [['why', 'no'], 0, 'qa.csv:4'],
    ]);
    expect([examples.labelled, examplesOf(table, ['q', 'a'], read).labelled]).toEqual([true, false]);
  });
});

describe('classes', () => {
  const table = mails();
  it.each<[string[], string[]]>([
    [
      ['spam', 'ham', 'spam'],
      ['ham', 'spam'],
    ],
    [
      ['10', '9', '-1', '9'],
      ['-1', '9', '10'],
    ],
    [
      ['10', '9', 'x'],
      ['10', '9', 'x'],
    ],
    [
      ['b', 'B', 'a', 'é'],
      ['B', 'a', 'b', 'é'],
    ],
  ])('of %j are %j', (cells, labels) => {
    expect(trainingClasses(table, 'kind', cells)).toEqual(labels);
  });

  it('are those that the file names, also those that do not occur', () => {
    const names = ['world', 'sports', 'science'];
    const news = memoryTable('news.parquet', ['body', 'kind'], [], { kind: names });
    expect(trainingClasses(news, 'kind', ['2', '0'])).toEqual(names);
    const read = classReader(news, 'kind', ['science', 'sports', 'world']);
    expect(['0', '1', '2', 'world'].map((cell) => read(cell, 0))).toEqual([2, 1, 0, 2]);
  });

  it('must be two or more, and not a thousand', () => {
    expect(failure(() => trainingClasses(table, 'kind', ['spam', 'spam']))).toMatchObject({
      code: 'DATA_CLASSES',
      message: 'all 2 examples of mails.csv are of one class, "spam"',
      place: 'data.label',
      fix: 'name a column with two classes or more',
      exitCode: 2,
    });
    const many = Array.from({ length: 1001 }, (_, i) => `${i / 10}`);
    expect(failure(() => trainingClasses(table, 'kind', many))).toMatchObject({
      code: 'DATA_CLASSES',
      message: 'the column "kind" of mails.csv has 1001 different values',
      fix: 'for a number to predict name it under `score` instead: data.score=kind',
    });
  });

  it('that training lacks are named with file and row', () => {
    const read = classReader(mails(['a', 'spm']), 'kind', ['ham', 'spam']);
    expect([read('ham', 0), read('spam', 0)]).toEqual([0, 1]);
    expect(failure(() => read('spm', 0))).toMatchObject({
      code: 'TEXT_LABEL',
      message: 'the class "spm" is none of the model\'s classes',
      place: 'mails.csv:2',
      allowed: 'ham, spam',
      fix: 'did you mean "spam"?',
      exitCode: 2,
    });
    const many = Array.from({ length: 30 }, (_, i) => `topic ${i}`);
    const error = failure(() => classReader(table, 'kind', many)('weather', 0));
    expect(error.allowed).toContain('topic 19 and 10 more');
    expect(error.fix).toBe('add examples of it to the training data, or remove the row');
  });
});
