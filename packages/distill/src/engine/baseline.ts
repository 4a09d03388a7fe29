/**
 * Metrics of an answer that does not depend on the example.
 *
 * Letters: C outputs.
 */
import type { HostRecord, Task } from '@mdpd/core';

/** Collects targets alone. */
export interface BaselineMetrics {
  /** `target` may hold more rows, which are padding. */
  add(target: HostRecord, rows: number): void;
  result(): { readonly name: string; readonly metrics: Record<string, number> };
}

/** What the task's metrics say where every example has the outputs [C] of `task.baseline`; undefined: it has none. */
export function baselineMetrics(task: Task): BaselineMetrics | undefined {
  if (!task.baseline) return undefined;
  const { name, output } = task.baseline;
  const metrics = task.metrics();
  return {
    add(target, rows) {
      const outputs = new Float32Array(rows * output.length);
      for (let row = 0; row < rows; row++) outputs.set(output, row * output.length);
      metrics.add(outputs, target, rows);
    },
    result: () => ({ name, metrics: metrics.result() }),
  };
}
