import { describe, expect, it } from 'vitest';
import { aggregateGlue, glueBenchmark } from './glue-means.ts';
import { glueSchema, type GlueData } from './glue-schema.ts';

const names = ['cola', 'sst2', 'mrpc', 'qqp', 'mnli', 'qnli', 'rte', 'stsb'];
const dataOf = (task: string, rest: Partial<GlueData> = {}): GlueData =>
  glueSchema.parse({ task, root: './glue', ...rest });
const runsOf = (values: readonly number[]): { data: GlueData; value: number }[] =>
  values.map((value, i) => ({ data: dataOf(names[i]!), value }));

describe('aggregateGlue', () => {
  it('reproduces a published row: full fine-tuning of T5-base, 85.2', () => {
    const means = aggregateGlue(runsOf([62.8, 93.9, 91.9, 89.9, 86.2, 92.5, 74.1, 90.3]));
    expect(Object.keys(means)).toEqual(['mean of 8 tasks, without WNLI']);
    expect(means['mean of 8 tasks, without WNLI']).toBeCloseTo(85.2, 1);
  });

  it('has a second mean where there is WNLI', () => {
    const runs = [...runsOf([1, 1, 1, 1, 1, 1, 1, 1]), { data: dataOf('WNLI'), value: 0.1 }];
    expect(aggregateGlue(runs)).toEqual({
      'mean of 8 tasks, without WNLI': 1,
      'mean of 9 tasks': expect.closeTo(8.1 / 9, 12),
    });
  });

  it('is nothing where a task is missing or given twice, or protocols differ', () => {
    const runs = runsOf([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(aggregateGlue([])).toEqual({});
    expect(aggregateGlue(runs.slice(1))).toEqual({});
    expect(aggregateGlue([...runs, { data: dataOf('SST-2'), value: 1 }])).toEqual({});
    expect(
      aggregateGlue([...runs.slice(1), { data: dataOf('cola', { protocol: 'half' }), value: 1 }]),
    ).toEqual({});
    const half = names.map((name) => ({ data: dataOf(name, { protocol: 'half' }), value: 0.5 }));
    expect(aggregateGlue(half)).toEqual({ 'mean of 8 tasks, without WNLI': 0.5 });
  });
});

it('a table of GLUE has nine columns, and keeps protocols apart', () => {
  expect(glueBenchmark.parts).toEqual(['cola', 'sst2', 'mrpc', 'stsb', 'qqp', 'mnli', 'qnli', 'rte', 'wnli']);
  expect(glueBenchmark.partOf(dataOf('SST-2'))).toBe('sst2');
  expect(glueBenchmark.settingsOf(dataOf('rte'))).toEqual({ protocol: 'validation' });
  expect(glueBenchmark.settingsOf(dataOf('rte', { protocol: 'half', limit: 5 }))).toEqual({
    protocol: 'half',
    limit: 5,
  });
});
