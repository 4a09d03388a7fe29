/**
 * Metrics of plugins, beside those that a task has itself.
 *
 * Letters: C outputs, T most tokens of an answer.
 */
import type { HeadKind } from './backbone.ts';
import type { HostRecord } from './tensors.ts';
import type { Task } from './task.ts';

/** Collects one number over a split. */
export interface NamedMetric {
  /**
   * `output` is [rows, C] of logits, row-major, or [rows, T] of the ids of generated answers where the task has `answers`;
   * `target` the batch's host tensors, which may hold more rows (padding).
   */
  add(output: Float32Array, target: HostRecord, rows: number): void;
  /** Finite, whatever was added; 0 where nothing was. */
  result(): number;
}

/** A metric by name, for the tasks that it says. */
export interface MetricProvider {
  /** Its key in result.json, metrics.jsonl and every table. */
  readonly name: string;
  readonly description: string;
  /** Names of tasks; absent: of any. */
  readonly tasks?: readonly string[];
  /** Kinds of heads; absent: any. */
  readonly heads?: readonly HeadKind[];
  /** An accumulator for one evaluation. */
  create(task: Task): NamedMetric;
}

/** Whether a metric is one of this task's. */
export function isMetricOf({ tasks, heads }: MetricProvider, task: Task): boolean {
  return (tasks?.includes(task.name) ?? true) && (heads?.includes(task.head.kind) ?? true);
}
