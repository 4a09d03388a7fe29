/** The averages that are published for GLUE; papers often do not say whether WNLI is in theirs. */
import type { AggregatedRun, Benchmark } from '@mdpd/core';
import type { GlueData } from './glue-schema.ts';
import { findGlueTask, glueTasks } from './glue-tasks.ts';

/** AX is a diagnosis of MNLI's model, not a task of its own. */
const averaged = glueTasks.filter(({ name }) => name !== 'ax').map(({ name }) => name);

/** Columns of a table of GLUE. */
export const glueBenchmark: Benchmark<GlueData> = {
  parts: averaged,
  optional: ['wnli'],
  partOf: ({ task }) => findGlueTask(task).name,
  settingsOf: ({ protocol, limit }) => ({ protocol, ...(limit === undefined ? {} : { limit }) }),
};

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Averages over tasks of runs with one protocol; nothing where one of the eight tasks is missing, or given twice.
 *
 * A task counts once, by its primary metric: the mean of its metrics where it has several, and of both of MNLI's splits.
 * Without WNLI, whose validation examples contradict its training examples, is what papers on fine-tuning print; with it
 * is GLUE's own score.
 */
export function aggregateGlue(runs: readonly AggregatedRun<GlueData>[]): Readonly<Record<string, number>> {
  const byTask = new Map<string, number>();
  for (const { data, value } of runs) {
    const { name } = findGlueTask(data.task);
    if (byTask.has(name) || data.protocol !== runs[0]!.data.protocol) return {};
    byTask.set(name, value);
  }
  const over = (names: readonly string[]): number | undefined =>
    names.every((name) => byTask.has(name)) ? mean(names.map((name) => byTask.get(name)!)) : undefined;
  const eight = over(averaged.filter((name) => name !== 'wnli'));
  if (eight === undefined) return {};
  const nine = over(averaged);
  return {
    'mean of 8 tasks, without WNLI': eight,
    ...(nine === undefined ? {} : { 'mean of 9 tasks': nine }),
  };
}
