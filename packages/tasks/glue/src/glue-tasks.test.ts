import { describe, expect, it } from 'vitest';
import { findGlueTask, glueSplit, glueTasks } from './glue-tasks.ts';

describe('the tasks of GLUE', () => {
  it('are ten, with the published sizes', () => {
    expect(glueTasks.map(({ name }) => name)).toEqual([
      ...['cola', 'sst2', 'mrpc', 'stsb', 'qqp', 'mnli', 'qnli', 'rte', 'wnli', 'ax'],
    ]);
    const sum = (pattern: RegExp): number =>
      glueTasks
        .flatMap(({ splits }) => splits)
        .filter(({ name }) => pattern.test(name))
        .reduce((total, { rows }) => total + rows, 0);
    // Sums over the published table: any slip in a row shows.
    expect([sum(/^train/), sum(/^validation/), sum(/^test/)]).toEqual([949_733, 69_711, 426_309]);
  });

  it('have the classes of Hugging Face, of which WNLI has them the other way round', () => {
    const labels = Object.fromEntries(glueTasks.map((task) => [task.name, task.labels]));
    expect(labels).toEqual({
      cola: ['unacceptable', 'acceptable'],
      sst2: ['negative', 'positive'],
      mrpc: ['not_equivalent', 'equivalent'],
      stsb: ['score'],
      qqp: ['not_duplicate', 'duplicate'],
      mnli: ['entailment', 'neutral', 'contradiction'],
      qnli: ['entailment', 'not_entailment'],
      rte: ['entailment', 'not_entailment'],
      wnli: ['not_entailment', 'entailment'],
      ax: ['entailment', 'neutral', 'contradiction'],
    });
    for (const task of glueTasks) {
      if (task.kind === 'classification') expect(task.strings, task.name).toHaveLength(task.labels.length);
    }
  });

  it('have columns inside their files', () => {
    for (const task of glueTasks) {
      for (const { name, tsv } of task.splits) {
        const all = [...tsv.texts, ...(tsv.label ? [tsv.label] : [])].map(({ index }) => index);
        expect(new Set(all).size, `${task.name} ${name}`).toBe(all.length);
        expect(Math.max(...all), `${task.name} ${name}`).toBeLessThan(tsv.columns);
        expect(tsv.texts, `${task.name} ${name}`).toHaveLength(task.sentences);
        expect(tsv.label !== undefined).toBe(!name.startsWith('test'));
      }
    }
  });

  it("have MNLI's label at the end of files of 12 and 16 columns", () => {
    const task = findGlueTask('mnli');
    expect(glueSplit(task, 'train').tsv.label!.index).toBe(11);
    expect(glueSplit(task, 'validation_mismatched').tsv).toMatchObject({
      file: 'dev_mismatched.tsv',
      columns: 16,
      label: { index: 15 },
    });
    expect(() => glueSplit(task, 'validation')).toThrowError("GLUE's mnli has no split validation");
  });

  it.each([
    ['sst2', 'sst2'],
    ['SST-2', 'sst2'],
    ['sst_2', 'sst2'],
    ['STS-B', 'stsb'],
    ['CoLA', 'cola'],
    ['diagnostic', 'ax'],
  ])('%s is %s', (name, task) => {
    expect(findGlueTask(name).name).toBe(task);
  });

  it('names the nearest task', () => {
    expect(() => findGlueTask('qnil', 'data.task')).toThrowError(
      expect.objectContaining({
        code: 'GLUE_TASK',
        message: '"qnil" is none of the tasks of GLUE',
        place: 'data.task',
        allowed: 'cola, sst2, mrpc, stsb, qqp, mnli, qnli, rte, wnli, ax',
        fix: 'did you mean "qnli"?',
        exitCode: 2,
      }),
    );
  });
});
