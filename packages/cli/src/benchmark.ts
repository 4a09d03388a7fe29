/** Scores of benchmarks that consist of several data sets: runs that differ only in their data, as the task sums them up. */
import type { Registry } from '@mdpd/core';
import type { ComparedRun } from '@mdpd/report/comparison';
import { primaryMetric } from '@mdpd/report/result';

export interface BenchmarkRow {
  readonly method: string;
  readonly seed: number;
  readonly runs: number;
  readonly scores: Readonly<Record<string, number>>;
}

/** One row for every recipe (but for its data) and seed whose runs make up a benchmark of their task. */
export function benchmarkRows(runs: readonly ComparedRun[], registry: Registry): BenchmarkRow[] {
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const { data: _data, ...rest } = run.recipe;
    const key = JSON.stringify(rest);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].flatMap((group): BenchmarkRow[] => {
    const { result } = group[0]!;
    const provider = registry.tasks.values.find(({ name }) => name === result.task);
    if (!provider?.aggregate) return [];
    const values = group.map((run) => ({ data: run.recipe['data'], value: primaryMetric(run.result) ?? 0 }));
    const scores = provider.aggregate(values);
    if (Object.keys(scores).length === 0) return [];
    return [{ method: result.method, seed: result.seed, runs: group.length, scores }];
  });
}
