import { describe, expect, it } from 'vitest';
import { planGlue, type Portion } from './glue-protocol.ts';
import { findGlueTask, glueTasks, glueSplit } from './glue-tasks.ts';

const rowsOf = (portion: Portion, size: number): number[] =>
  portion.select ? [...portion.select(size)] : Array.from({ length: size }, (_, i) => i);

describe('protocol validation', () => {
  it.each(['cola', 'sst2', 'qqp', 'wnli'])('tests %s on its whole validation split', (name) => {
    expect(planGlue(findGlueTask(name), 'validation', 42)).toEqual({
      train: [{ split: 'train' }],
      test: [{ split: 'validation' }],
    });
  });

  it('tests MNLI on both of its splits, apart', () => {
    expect(planGlue(findGlueTask('mnli'), 'validation', 42).test).toEqual([
      { split: 'validation_matched' },
      { split: 'validation_mismatched', mismatched: true },
    ]);
  });
});

describe('protocol half', () => {
  it.each([
    ['cola', 521, 522],
    ['mrpc', 204, 204],
    ['stsb', 750, 750],
    ['rte', 138, 139],
    ['wnli', 35, 36],
  ])('cuts the validation split of %s into %i and %i', (name, dev, test) => {
    const task = findGlueTask(name);
    const plan = planGlue(task, 'half', 42);
    const { rows } = glueSplit(task, 'validation');
    const [first, second] = [rowsOf(plan.validation![0]!, rows), rowsOf(plan.test![0]!, rows)];
    expect([first.length, second.length]).toEqual([dev, test]);
    expect([...first, ...second].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i));
    expect(plan.train).toEqual([{ split: 'train' }]);
    expect([plan.validation![0]!.split, plan.test![0]!.split]).toEqual(['validation', 'validation']);
  });

  it.each([
    ['sst2', 66_349],
    ['qnli', 103_743],
    ['qqp', 362_846],
  ])('holds 1,000 training examples of %s out', (name, train) => {
    const task = findGlueTask(name);
    const plan = planGlue(task, 'half', 42);
    const { rows } = glueSplit(task, 'train');
    const held = rowsOf(plan.validation![0]!, rows);
    const rest = rowsOf(plan.train![0]!, rows);
    expect([held.length, rest.length]).toEqual([1000, train]);
    expect(new Set([...held, ...rest]).size).toBe(rows);
    expect(plan.test).toEqual([{ split: 'validation' }]);
  });

  it('chooses MNLI on mismatched and tests it on matched examples', () => {
    expect(planGlue(findGlueTask('mnli'), 'half', 42)).toEqual({
      train: [{ split: 'train' }],
      validation: [{ split: 'validation_mismatched' }],
      test: [{ split: 'validation_matched' }],
    });
  });

  it('is the same cut for ever: that of PyTorch with seed 42', () => {
    const plan = planGlue(findGlueTask('rte'), 'half', 42);
    // The first numbers of torch.randperm(277), seed 42, and those after its first 138.
    expect(rowsOf(plan.validation![0]!, 277).slice(0, 10)).toEqual([
      207, 84, 253, 243, 190, 28, 165, 111, 87, 170,
    ]);
    expect(rowsOf(plan.test![0]!, 277).slice(0, 10)).toEqual([
      152, 221, 79, 245, 103, 208, 60, 159, 210, 155,
    ]);
    const other = planGlue(findGlueTask('rte'), 'half', 43);
    expect(rowsOf(other.test![0]!, 277)).not.toEqual(rowsOf(plan.test![0]!, 277));
  });

  it('leaves examples to train on in small copies', () => {
    const plan = planGlue(findGlueTask('sst2'), 'half', 42);
    expect([rowsOf(plan.validation![0]!, 51).length, rowsOf(plan.train![0]!, 51).length]).toEqual([25, 26]);
  });

  it('cuts the tasks that have fewer than 10,000 training examples', () => {
    const trained = glueTasks.filter(({ name }) => name !== 'ax');
    for (const task of trained) expect(task.small, task.name).toBe(glueSplit(task, 'train').rows < 10_000);
  });
});
