/** The conformance kit of tasks: one call in a plugin's test file. */
import { describeChecks, type Check } from './check.ts';
import { dataChecks } from './task/data-checks.ts';
import { lossChecks } from './task/loss-checks.ts';
import { metricChecks } from './task/metric-checks.ts';
import { shownChecks } from './task/shown-checks.ts';
import type { TaskSubject } from './task/subject.ts';

export type { TaskSubject } from './task/subject.ts';

/** All checks of a task, in the order in which they run. */
export const taskChecks: readonly Check<TaskSubject>[] = [
  ...lossChecks,
  ...metricChecks,
  ...dataChecks,
  ...shownChecks,
];

/** Tests an open task against its contract. */
export function describeTask(name: string, make: () => TaskSubject | Promise<TaskSubject>): void {
  describeChecks(`task ${name}`, taskChecks, make);
}
