import { describe, expect, it } from 'vitest';
import { benchmarkRows } from './benchmark.ts';
import type { ComparedRun } from '@mdpd/report/comparison';
import { loadPlugins } from './plugins.ts';
import type { Result } from '@mdpd/report/result';

const natural = ['cifar', 'caltech101', 'dtd', 'oxford_flowers102', 'oxford_iiit_pet', 'svhn', 'sun397'];
const specialized = ['patch_camelyon', 'eurosat', 'resisc45', 'diabetic_retinopathy'];
const structured = [
  ...['clevr_count', 'clevr_dist', 'dmlab', 'kitti', 'dsprites_loc', 'dsprites_ori'],
  ...['smallnorb_azi', 'smallnorb_ele'],
];
const accuracies = new Map([
  ...natural.map((name) => [name, 0.7] as const),
  ...specialized.map((name) => [name, 0.8] as const),
  ...structured.map((name) => [name, 0.5] as const),
]);

function run(name: string, accuracy: number, seed = 0): ComparedRun {
  const metrics = { primary: 'accuracy', faded: { accuracy }, side: null };
  const result = { task: 'vtab', method: 'norm', seed, metrics } as unknown as Result;
  return { name, recipe: { task: 'vtab', data: { root: './vtab-1k', name }, train: { seed } }, result };
}

describe('benchmarkRows', () => {
  it('gives both VTAB means over all 19 tasks, and nothing where one is missing', async () => {
    const { registry } = await loadPlugins();
    const runs = [...accuracies].map(([name, accuracy]) => run(name, accuracy));
    const rows = benchmarkRows(runs, registry);
    expect(rows).toHaveLength(1);
    const { scores, ...rest } = rows[0]!;
    expect(rest).toEqual({ method: 'norm', seed: 0, runs: 19 });
    expect(scores['mean of 19 tasks']).toBeCloseTo((7 * 0.7 + 4 * 0.8 + 8 * 0.5) / 19, 12);
    expect(scores['mean of 3 group means']).toBeCloseTo((0.7 + 0.8 + 0.5) / 3, 12);
    expect(scores['structured']).toBeCloseTo(0.5, 12);
    expect(benchmarkRows(runs.slice(1), registry)).toEqual([]);
    expect(benchmarkRows([...runs, run('cifar', 0.9)], registry)).toEqual([]);
    expect(benchmarkRows([...runs, run('cifar', 0.9, 1)], registry)).toHaveLength(1);
  });
});
