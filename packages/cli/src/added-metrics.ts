/**
 * A task with the metrics that plugins add to it.
 *
 * Letters: C outputs, T most tokens of an answer.
 */
import {
  isMetricOf,
  MdpdError,
  messageOf,
  type HostRecord,
  type MetricAccumulator,
  type MetricProvider,
  type NamedMetric,
  type Registry,
  type Task,
} from '@mdpd/core';

/**
 * The task, whose metrics (of generated answers too) have those of plugins beside them. One that throws, or whose result is
 * no number, is left out from then on, with a warning: a run of hours does not end for it.
 * Throws METRIC_CONFLICT where the task has a metric of that name itself.
 */
export function withAddedMetrics(
  task: Task,
  { metrics }: Pick<Registry, 'metrics'>,
  warn: (message: string) => void,
): Task {
  const added = metrics.entries.filter(({ value }) => isMetricOf(value, task));
  if (added.length === 0) return task;
  const own = [task.metrics(), ...(task.answers ? [task.answers.metrics()] : [])].flatMap((each) =>
    Object.keys(each.result()),
  );
  const conflict = added.find(({ value }) => own.includes(value.name));
  if (conflict) throw conflicting(conflict.value.name, conflict.plugin, task);
  const broken = new Set<MetricProvider>();
  const collect = (before: MetricAccumulator): MetricAccumulator =>
    joined(
      before,
      added.map(({ value, plugin }) => ({
        name: value.name,
        metric: guarded(value, task, (reason) => {
          if (!broken.has(value)) warn(`metric ${value.name} of ${plugin} is left out: ${reason}`);
          broken.add(value);
        }),
      })),
    );
  const { answers } = task;
  const replaced: Partial<Task> = {
    metrics: () => collect(task.metrics()),
    ...(answers && {
      answers: {
        tokens: answers.tokens,
        metrics: () => collect(answers.metrics()),
        decode: (ids) => answers.decode(ids),
      },
    }),
  };
  return overlaid(task, replaced);
}

function conflicting(name: string, plugin: string, task: Task): MdpdError {
  return new MdpdError(
    'METRIC_CONFLICT',
    `plugin ${plugin} adds the metric "${name}", which task ${task.name} has itself`,
    {
      place: plugin,
      fix: 'name the plugins to load under `plugins` in the recipe, or give the metric another name or other tasks',
      exitCode: 2,
    },
  );
}

/** `task` with some members replaced; methods of a class keep their `this`. */
function overlaid(task: Task, members: Partial<Task>): Task {
  return new Proxy(task, {
    get(target, key) {
      if (Object.hasOwn(members, key)) return members[key as keyof Task];
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

interface Added {
  readonly name: string;
  readonly metric: { add: NamedMetric['add']; result(): number | undefined };
}

function joined(before: MetricAccumulator, added: readonly Added[]): MetricAccumulator {
  return {
    add(output, target, rows) {
      before.add(output, target, rows);
      for (const { metric } of added) metric.add(output, target, rows);
    },
    result() {
      const values = added.map(({ name, metric }) => [name, metric.result()] as const);
      const there = values.filter((each): each is readonly [string, number] => each[1] !== undefined);
      return { ...before.result(), ...Object.fromEntries(there) };
    },
  };
}

/** A metric whose failures are told to `fail`; it has no result then. */
function guarded(provider: MetricProvider, task: Task, fail: (reason: string) => void): Added['metric'] {
  let metric: NamedMetric | undefined;
  const attempt = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch (thrown) {
      metric = undefined;
      fail(messageOf(thrown));
      return undefined;
    }
  };
  metric = attempt(() => provider.create(task));
  return {
    add: (output: Float32Array, target: HostRecord, rows: number) =>
      attempt(() => metric?.add(output, target, rows)),
    result() {
      const value = attempt(() => metric?.result());
      if (value === undefined || Number.isFinite(value)) return value;
      fail(`its result is ${value}`);
      return undefined;
    },
  };
}
