/** Both means that are published for VTAB-1k; papers often do not say which one theirs is. */
import { MdpdError, type AggregatedRun } from '@mdpd/core';
import type { VtabData } from './data-schema.ts';
import { findVtabTask, vtabTasks, type VtabGroup } from './vtab-tasks.ts';

export interface VtabMeans {
  /** Over the 19 tasks: the official VTAB score. */
  readonly taskMean: number;
  /** Of the three groups' means: what most papers on parameter-efficient tuning print. */
  readonly groupMean: number;
  readonly groups: Readonly<Record<VtabGroup, number>>;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The means of all 19 accuracies, given by task name or alias, in their own unit.
 * Throws VTAB_TASK for an unknown name, VTAB_MEANS where a task is missing, given twice, or not a number.
 */
export function vtabMeans(accuracies: Readonly<Record<string, number>>): VtabMeans {
  const byTask = new Map<string, number>();
  for (const [name, accuracy] of Object.entries(accuracies)) {
    const { name: folder } = findVtabTask(name);
    if (byTask.has(folder)) throw new MdpdError('VTAB_MEANS', `there are two accuracies for ${folder}`);
    if (!Number.isFinite(accuracy))
      throw new MdpdError('VTAB_MEANS', `the accuracy of ${folder} is ${accuracy}`);
    byTask.set(folder, accuracy);
  }
  const missing = vtabTasks.filter(({ name }) => !byTask.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new MdpdError('VTAB_MEANS', `a mean over ${byTask.size} of the 19 tasks is not comparable`, {
      fix: `missing: ${missing.join(', ')}`,
    });
  }
  const ofGroup = (group: VtabGroup): number =>
    mean(vtabTasks.filter((entry) => entry.group === group).map(({ name }) => byTask.get(name)!));
  const groups = {
    natural: ofGroup('natural'),
    specialized: ofGroup('specialized'),
    structured: ofGroup('structured'),
  };
  return { taskMean: mean([...byTask.values()]), groupMean: mean(Object.values(groups)), groups };
}

/** The means of runs over all 19 VTAB-1k tasks, under the names that tables use; nothing where a task is missing. */
export function aggregateVtab(runs: readonly AggregatedRun<VtabData>[]): Readonly<Record<string, number>> {
  const byTask: Record<string, number> = {};
  for (const { data, value } of runs) {
    if (data.name === undefined) return {};
    const { name } = findVtabTask(data.name);
    if (name in byTask) return {};
    byTask[name] = value;
  }
  if (Object.keys(byTask).length < vtabTasks.length) return {};
  const { taskMean, groupMean, groups } = vtabMeans(byTask);
  return { 'mean of 19 tasks': taskMean, 'mean of 3 group means': groupMean, ...groups };
}
