/** What other processes do to the processors while we measure. */
import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** Share of the processors used by others from which a measurement counts as disturbed. */
export const disturbed = 0.1;

/** Seconds over all processors since the system began. */
export interface ProcessorTimes {
  readonly busy: number;
  readonly all: number;
}

export function processorTimes(): ProcessorTimes {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const total = times.user + times.nice + times.sys + times.irq + times.idle;
    all += total / 1000;
    busy += (total - times.idle) / 1000;
  }
  return { busy, all };
}

/** Watches from now on; the returned function says what share of the processors others have used since. */
export function watchOthers(): () => number {
  const before = processorTimes();
  const own = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(own);
    return othersShare(before, processorTimes(), (user + system) / 1e6);
  };
}

/** Share of the processors between two moments that was used, but for `ownSeconds`. */
export function othersShare(before: ProcessorTimes, after: ProcessorTimes, ownSeconds: number): number {
  const others = after.busy - before.busy - ownSeconds;
  return Math.max(0, others / Math.max(after.all - before.all, 1e-3));
}

/** Waits until the processors are idle, but not longer than `mostSeconds`: a measurement that follows says how it was. */
export async function settle(mostSeconds = 60): Promise<void> {
  const until = performance.now() + 1000 * mostSeconds;
  while (performance.now() < until) {
    const before = processorTimes();
    await setTimeout(1000);
    if (othersShare(before, processorTimes(), 0) < disturbed) return;
  }
}
