import { MdpdError, type TextTable } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { compareSize, labelledRows, unlabelledRows, type RowContext } from './glue-rows.ts';
import { findGlueTask, glueSplit } from './glue-tasks.ts';
import type { TextExamples } from './text-examples.ts';
import { memoryTable } from './testing/memory-table.ts';

const warnings: string[] = [];
const contextOf = (name: string, split = 'train', rest: Partial<RowContext> = {}): RowContext => {
  const task = findGlueTask(name);
  return {
    task,
    split: glueSplit(task, split),
    labels: task.labels,
    warn: (message) => warnings.push(message),
    ...rest,
  };
};
const labelsOf = (examples: TextExamples): number[] =>
  Array.from({ length: examples.size }, (_, i) => examples.label(i));
const textsOf = (examples: TextExamples): (readonly (string | undefined)[])[] =>
  Array.from({ length: examples.size }, (_, i) => examples.text(i));
const read = (name: string, table: TextTable, rest?: Partial<RowContext>): TextExamples =>
  labelledRows(table, contextOf(name, 'train', rest));
const failure = (run: () => unknown): MdpdError => {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof MdpdError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
};

describe('columns', () => {
  it('are found by name, wherever they stand', () => {
    const table = memoryTable('a.tsv', ['label', 'sentence'], [['1', 'good']]);
    expect(textsOf(read('sst2', table))).toEqual([['good']]);
    const pair = memoryTable('b.jsonl', ['idx', 'premise', 'hypothesis', 'label'], [[0, 'one', 'two', 2]]);
    const examples = read('mnli', pair);
    expect([textsOf(examples), labelsOf(examples)]).toEqual([[['one', 'two']], [2]]);
  });

  it('that are missing are named, with those that there are', () => {
    const table = memoryTable('own.jsonl', ['id', 'question1', 'question2', 'same'], [['1', 'a', 'b', 0]]);
    expect(failure(() => read('qqp', table))).toMatchObject({
      code: 'TEXT_COLUMNS',
      message: 'there is no column "label" or "is_duplicate"',
      place: 'own.jsonl',
      allowed: '"id", "question1", "question2", "same"',
      exitCode: 2,
    });
    const texts = memoryTable('own.jsonl', ['text', 'label'], [['a', 0]]);
    expect(failure(() => read('sst2', texts)).message).toBe('there is no column "sentence"');
  });
});

describe('labels', () => {
  const rte = (...labels: (string | number | null)[]): TextTable =>
    memoryTable(
      'RTE/dev.tsv',
      ['index', 'sentence1', 'sentence2', 'label'],
      labels.map((label, i) => [i, 'a', 'b', label]),
    );

  it('are strings of the original files, class names or ids', () => {
    expect(labelsOf(read('rte', rte('entailment', 'not_entailment', '1', 0, 1)))).toEqual([0, 1, 1, 0, 1]);
    const wnli = memoryTable(
      'WNLI/train.tsv',
      ['index', 'sentence1', 'sentence2', 'label'],
      [
        [0, 'a', 'b', '1'],
        [1, 'a', 'b', 'entailment'],
        [2, 'a', 'b', 'not_entailment'],
      ],
    );
    expect(labelsOf(read('wnli', wnli))).toEqual([1, 1, 0]);
  });

  it('follow the order of the outputs', () => {
    const labels = ['contradiction', 'neutral', 'entailment'];
    const columns = ['premise', 'hypothesis', 'label'];
    const rows = ['entailment', 2, 'neutral', '0'].map((label) => ['a', 'b', label]);
    const examples = read('mnli', memoryTable('mnli.jsonl', columns, rows), { labels });
    expect(labelsOf(examples)).toEqual([2, 0, 1, 2]);
  });

  it('follow the class names of the file, where it has some', () => {
    const columns = ['sentence', 'label'];
    const named = memoryTable(
      'sst2.parquet',
      columns,
      [
        ['a', 0],
        ['b', 1],
      ],
      { label: ['positive', 'negative'] },
    );
    expect(labelsOf(read('sst2', named))).toEqual([1, 0]);
    const unnamed = memoryTable(
      'sst2.parquet',
      columns,
      [
        ['a', 0],
        ['b', 1],
      ],
      { label: ['0', '1'] },
    );
    expect(labelsOf(read('sst2', unnamed))).toEqual([0, 1]);
  });

  it('that the task does not have are named with their row', () => {
    expect(failure(() => read('rte', rte('entailment', 'neutral')))).toMatchObject({
      code: 'TEXT_LABEL',
      message: 'the label is "neutral"',
      place: 'RTE/dev.tsv:3',
      allowed: 'entailment, not_entailment, or 0, 1',
      exitCode: 2,
    });
    expect(failure(() => read('rte', rte(2))).message).toBe('the label is 2');
  });

  it('are scores from 0 to 5', () => {
    const table = (...scores: (string | number)[]): TextTable =>
      memoryTable(
        'STS-B/dev.tsv',
        ['sentence1', 'sentence2', 'score'],
        scores.map((score) => ['a', 'b', score]),
      );
    expect(labelsOf(read('stsb', table('5.000', 0, '3.8')))).toEqual([5, 0, 3.8]);
    for (const wrong of ['5.2', 'much', -0.5]) {
      expect(failure(() => read('stsb', table(1, wrong)))).toMatchObject({
        code: 'TEXT_LABEL',
        message: `the label is ${JSON.stringify(wrong)}`,
        place: 'STS-B/dev.tsv:3',
        allowed: 'a number from 0 to 5',
      });
    }
  });
});

describe('rows', () => {
  it('with an empty text stay, with one warning', () => {
    const rows = ['a', '', 'b', ' '].map((sentence) => [sentence, '1']);
    const examples = read('sst2', memoryTable('SST-2/train.tsv', ['sentence', 'label'], rows));
    expect(examples.size).toBe(4);
    expect(warnings.splice(0)).toEqual([
      'SST-2/train.tsv: 2 of 4 rows have an empty text: SST-2/train.tsv:3, SST-2/train.tsv:5',
    ]);
  });

  it('that lack a cell or a label are left out, with one warning', () => {
    const table = memoryTable(
      'QQP/train.tsv',
      ['id', 'qid1', 'qid2', 'question1', 'question2', 'is_duplicate'],
      [
        ['1', '1', '2', 'a', 'b', '1'],
        ['2', '1', '2', 'where is'],
        ['the dog ?', 'where ?', '1'],
        ['3', '1', '2', '', '"', '0'],
        ['4', '1', '2', 'a', 'b', ''],
        ['5', '1', '2', 'a', 'b', '-1'],
      ],
    );
    const examples = read('qqp', table);
    expect(textsOf(examples)).toEqual([
      ['a', 'b'],
      ['', '"'],
    ]);
    expect([examples.place(1), examples.labelled, examples.origin]).toEqual([
      'QQP/train.tsv:5',
      true,
      'QQP/train.tsv',
    ]);
    expect(warnings.splice(0)).toEqual([
      'QQP/train.tsv: left out 4 of 6 rows that lack a text or label: QQP/train.tsv:3, QQP/train.tsv:4, QQP/train.tsv:6, …',
      'QQP/train.tsv: 1 of 6 rows have an empty text: QQP/train.tsv:5',
    ]);
  });

  it('must be some', () => {
    const columns = ['sentence', 'label'];
    expect(failure(() => read('sst2', memoryTable('SST-2/train.tsv', columns, [])))).toMatchObject({
      code: 'TEXT_EMPTY',
      message: 'SST-2/train.tsv has no labelled example',
      allowed: '0 rows were read',
    });
    const unlabelled = memoryTable('test.parquet', columns, [
      ['a', -1],
      ['b', -1],
    ]);
    expect(failure(() => read('sst2', unlabelled)).allowed).toBe('2 rows were read');
  });

  it('without labels are all kept, or refused', () => {
    const context = contextOf('sst2', 'test');
    const table = (rows: (string | null)[][]): TextTable =>
      memoryTable('SST-2/test.tsv', ['index', 'sentence'], rows);
    const examples = unlabelledRows(
      table([
        ['0', 'a'],
        ['1', ''],
      ]),
      context,
    );
    expect([textsOf(examples), examples.labelled]).toEqual([[['a'], ['']], false]);
    expect(failure(() => unlabelledRows(table([['0', 'a'], ['1']]), context))).toMatchObject({
      code: 'TEXT_ROW',
      message: 'the row has no sentence',
      place: 'SST-2/test.tsv:3',
    });
    expect(failure(() => unlabelledRows(table([]), context)).code).toBe('TEXT_EMPTY');
  });

  it('are counted against the published ones', () => {
    const table = memoryTable('RTE/train.tsv', ['sentence1', 'sentence2', 'label'], [['a', 'b', 0]]);
    compareSize(read('rte', table), contextOf('rte'));
    expect(warnings.splice(0)).toEqual([
      'RTE/train.tsv has 1 examples, the published train split has 2490: figures may not be comparable',
    ]);
    const whole = memoryTable(
      'WNLI/dev.tsv',
      ['sentence1', 'sentence2', 'label'],
      new Array(71).fill(['a', 'b', 0]),
    );
    compareSize(read('wnli', whole), contextOf('wnli', 'validation'));
    expect(warnings).toEqual([]);
  });
});
