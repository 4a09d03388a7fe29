/**
 * Checks of a task's metrics and of how it reads outputs.
 *
 * Letters: C outputs.
 */
import type { Batch, HostRecord, Prediction, Task } from '@mdpd/core';
import { ensure, type Check } from '../check.ts';
import { plainly, range, someOutputs, type TaskSubject } from './subject.ts';

type Metrics = Record<string, number>;

async function evaluated({ task }: TaskSubject): Promise<Batch> {
  const split = task.splits.test ?? task.splits.validation ?? task.splits.train;
  ensure(split !== undefined && split.size >= 4, 'give a split with at least four examples');
  return split.load(range(Math.min(split.size, 12)), plainly);
}

/** Metrics of outputs that come in batches of the given sizes. */
function metricsOf(task: Task, output: Float32Array, target: HostRecord, sizes: readonly number[]): Metrics {
  const accumulator = task.metrics();
  let start = 0;
  for (const size of sizes) {
    const rows = output.slice(start * task.head.outputs, (start + size) * task.head.outputs);
    accumulator.add(rows, rowsOf(target, start, size), size);
    start += size;
  }
  return accumulator.result();
}

function rowsOf(record: HostRecord, start: number, count: number): HostRecord {
  const entries = Object.entries(record).map(([name, { data, shape, dtype }]) => {
    const size = data.length / shape[0]!;
    const own = data.slice(start * size, (start + count) * size);
    return [name, { data: own, shape: [count, ...shape.slice(1)], dtype }] as const;
  });
  return Object.fromEntries(entries);
}

function ensureMetrics(task: Task, metrics: Metrics, when: string): void {
  ensure(task.primaryMetric in metrics, `${when}: the metrics lack the primary one, ${task.primaryMetric}`);
  for (const [name, value] of Object.entries(metrics)) {
    ensure(Number.isFinite(value), `${when}: ${name} is ${value}`);
    ensure(value >= -1 && value <= 1, `${when}: ${name} is ${value}, outside of [−1, 1]`);
  }
}

function ensureEqual(actual: Metrics, expected: Metrics, what: string): void {
  ensure(
    Object.keys(actual).join() === Object.keys(expected).join(),
    `${what} changes the names of the metrics`,
  );
  for (const [name, value] of Object.entries(expected)) {
    ensure(
      Math.abs(actual[name]! - value) <= 1e-9,
      `${what} changes ${name} from ${value} to ${actual[name]}`,
    );
  }
}

async function checkMetrics(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  const { size, target } = await evaluated(subject);
  const output = someOutputs(task, size, 'metrics').data as Float32Array;
  const whole = metricsOf(task, output, target, [size]);
  ensureMetrics(task, whole, 'some outputs');
  const parts = [1, 2, size - 3];
  ensureEqual(metricsOf(task, output, target, parts), whole, 'adding batch by batch');
}

async function checkPadding(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  const { size, target } = await evaluated(subject);
  const output = someOutputs(task, size, 'metrics').data as Float32Array;
  const rows = size - 2;
  const expected = metricsOf(task, output, target, [rows]);
  const padded = task.metrics();
  padded.add(output, target, rows);
  ensureEqual(padded.result(), expected, 'padding at the end of a batch');
  const short = task.metrics();
  short.add(output.slice(0, rows * task.head.outputs), target, rows);
  ensureEqual(short.result(), expected, 'a target that is longer than the output');
}

async function checkDegenerate(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  const { size, target } = await evaluated(subject);
  const nothing = task.metrics().result();
  ensureMetrics(task, nothing, 'nothing added');
  for (const [name, value] of Object.entries(nothing))
    ensure(value === 0, `nothing added: ${name} is ${value} instead of 0`);
  const none = task.metrics();
  none.add(new Float32Array(0), rowsOf(target, 0, 0), 0);
  ensureMetrics(task, none.result(), 'no rows added');
  const output = someOutputs(task, size, 'metrics').data as Float32Array;
  ensureMetrics(task, metricsOf(task, output, rowsOf(target, 0, 1), [1]), 'one example');
  const same = new Float32Array(size * task.head.outputs);
  range(size).forEach((row) => (same[row * task.head.outputs] = 1));
  ensureMetrics(task, metricsOf(task, same, target, [size]), 'one class predicted');
  const repeated = task.metrics();
  range(size).forEach(() => repeated.add(output.slice(0, task.head.outputs), rowsOf(target, 0, 1), 1));
  ensureMetrics(task, repeated.result(), 'one class seen');
  ensureMetrics(task, metricsOf(task, same.fill(0), target, [size]), 'all outputs equal');
}

/** Outputs that favour the label, where the target has one: the primary metric must be at its best with them. */
async function checkBest(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  if (task.head.kind !== 'classification') return;
  const { size, target } = await evaluated(subject);
  const labels = Object.values(target).find(({ shape, dtype }) => dtype === 'int32' && shape.length === 1);
  if (!labels) return;
  const outputs = (favour: number): Float32Array => {
    const values = new Float32Array(size * task.head.outputs);
    labels.data.forEach((label, row) => (values[row * task.head.outputs + label] = favour));
    return values;
  };
  const value = (favour: number): number =>
    metricsOf(task, outputs(favour), target, [size])[task.primaryMetric]!;
  ensure(value(1) === 1, `${task.primaryMetric} of right answers is ${value(1)} instead of 1`);
  ensure(value(-1) < 1, `${task.primaryMetric} of wrong answers is ${value(-1)}: larger must be better`);
}

function ensurePrediction(task: Task, { value, probability, top }: Prediction, output: Float32Array): void {
  ensure(value !== '', 'decodes to nothing');
  if (task.head.kind === 'classification') {
    const best = output.indexOf(Math.max(...output));
    ensure(
      value === task.labels[best],
      `decodes to ${value}, although the largest output is ${task.labels[best]}'s`,
    );
  }
  const inRange = (share: number): boolean => share >= 0 && share <= 1;
  ensure(probability === undefined || inRange(probability), `decodes with probability ${probability}`);
  if (top === undefined) return;
  ensure(top[0]?.value === value, 'does not name the prediction itself first');
  ensure(
    top.every(
      (entry, index) => inRange(entry.probability) && entry.probability <= (top[index - 1]?.probability ?? 1),
    ),
    'does not name the alternatives best first',
  );
  ensure(new Set(top.map((entry) => entry.value)).size === top.length, 'names an alternative twice');
}

async function checkDecode({ task }: TaskSubject): Promise<void> {
  for (const row of range(6)) {
    const output = someOutputs(task, 1, `decode ${row}`).data as Float32Array;
    const before = output.slice();
    const prediction = task.decode(output);
    ensurePrediction(task, prediction, before);
    ensure(
      output.every((value, i) => value === before[i]),
      'changes what it decodes',
    );
    ensure(
      JSON.stringify(task.decode(output)) === JSON.stringify(prediction),
      'decodes the same output in two ways',
    );
  }
}

async function checkLabels({ task }: TaskSubject): Promise<void> {
  const { labels, head } = task;
  ensure(new Set(labels).size === labels.length, 'has two labels of one name');
  ensure(
    labels.every((label) => label !== ''),
    'has a label without a name',
  );
  if (head.kind === 'classification') {
    ensure(labels.length === head.outputs, `has ${labels.length} labels for ${head.outputs} outputs`);
  }
  for (const [name, content] of Object.entries(task.savedFiles())) {
    ensure(/^[\w.-]+\.json$/.test(name), `saves a file ${name}`);
    const text = JSON.stringify(content);
    ensure(JSON.stringify(JSON.parse(text)) === text, `saves ${name} with something that JSON does not hold`);
  }
}

export const metricChecks: readonly Check<TaskSubject>[] = [
  { name: 'has metrics in range, however the examples are batched', run: checkMetrics },
  { name: 'does not count padding', run: checkPadding },
  { name: 'has metrics for degenerate cases', run: checkDegenerate },
  { name: 'has a primary metric that is larger for better answers', run: checkBest },
  { name: 'decodes outputs for people', run: checkDecode },
  { name: 'has a label for every class, and files that can be saved', run: checkLabels },
];
