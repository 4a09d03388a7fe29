/**
 * Checks of a task's metrics and of how it reads outputs.
 *
 * Letters: N tokens, C outputs.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Batch, HeadKind, HostRecord, JsonObject, Prediction, Task } from '@mdpd/core';
import { ensure, type Check } from '../check.ts';
import {
  labelsOf,
  outputShape,
  plainly,
  range,
  readsTokens,
  someOutputs,
  type TaskSubject,
} from './subject.ts';

type Metrics = Record<string, number>;

/** A batch, and some outputs for it. */
async function evaluated({ task }: TaskSubject): Promise<Batch & { readonly output: Float32Array }> {
  const split = task.splits.test ?? task.splits.validation ?? task.splits.train;
  ensure(split !== undefined && split.size >= 4, 'give a split with at least four examples');
  const batch = await split.load(range(Math.min(split.size, 12)), plainly);
  const output = someOutputs(task, batch.size, 'metrics', batch.target).data as Float32Array;
  return { ...batch, output };
}

/** Metrics of outputs that come in batches of the given sizes. */
function metricsOf(task: Task, output: Float32Array, target: HostRecord, sizes: readonly number[]): Metrics {
  const accumulator = task.metrics();
  const width = output.length / sizes.reduce((sum, size) => sum + size, 0);
  let start = 0;
  for (const size of sizes) {
    const rows = output.slice(start * width, (start + size) * width);
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

function ensureMetrics({ task, unbounded = [] }: TaskSubject, metrics: Metrics, when: string): void {
  ensure(task.primaryMetric in metrics, `${when}: the metrics lack the primary one, ${task.primaryMetric}`);
  for (const [name, value] of Object.entries(metrics)) {
    ensure(Number.isFinite(value), `${when}: ${name} is ${value}`);
    const inRange = value >= -1 && value <= 1;
    ensure(inRange || unbounded.includes(name), `${when}: ${name} is ${value}, outside of [−1, 1]`);
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
  const { size, target, output } = await evaluated(subject);
  const whole = metricsOf(task, output, target, [size]);
  ensureMetrics(subject, whole, 'some outputs');
  const parts = [1, 2, size - 3];
  ensureEqual(metricsOf(task, output, target, parts), whole, 'adding batch by batch');
}

async function checkPadding(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  const { size, target, output } = await evaluated(subject);
  const rows = size - 2;
  const own = output.slice(0, (rows * output.length) / size);
  const expected = metricsOf(task, own, target, [rows]);
  const padded = task.metrics();
  padded.add(output, target, rows);
  ensureEqual(padded.result(), expected, 'padding at the end of a batch');
  const short = task.metrics();
  short.add(own, target, rows);
  ensureEqual(short.result(), expected, 'a target that is longer than the output');
}

async function checkDegenerate(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  const { size, target, output } = await evaluated(subject);
  const width = output.length / size;
  const nothing = task.metrics().result();
  ensureMetrics(subject, nothing, 'nothing added');
  for (const [name, value] of Object.entries(nothing))
    ensure(value === 0, `nothing added: ${name} is ${value} instead of 0`);
  const none = task.metrics();
  none.add(new Float32Array(0), rowsOf(target, 0, 0), 0);
  ensureMetrics(subject, none.result(), 'no rows added');
  ensureMetrics(subject, metricsOf(task, output.slice(0, width), rowsOf(target, 0, 1), [1]), 'one example');
  const same = Float32Array.from(output, (_, at) => (at % task.head.outputs === 0 ? 1 : 0));
  ensureMetrics(subject, metricsOf(task, same, target, [size]), 'one class predicted');
  const repeated = task.metrics();
  range(size).forEach(() => repeated.add(output.slice(0, width), rowsOf(target, 0, 1), 1));
  ensureMetrics(subject, repeated.result(), 'one class seen');
  ensureMetrics(subject, metricsOf(task, same.fill(0), target, [size]), 'all outputs equal');
}

/** Outputs that favour what the target says: `favour` where the label is, or `favour` times the score. */
function favouring(task: Task, size: number, target: HostRecord, favour: number): Float32Array | undefined {
  if (task.head.kind === 'regression') {
    const scores = Object.values(target).find(({ dtype }) => dtype === 'float32');
    return scores && Float32Array.from(scores.data, (score) => favour * score);
  }
  const labels = labelsOf(task, target);
  if (!labels) return undefined;
  if (task.head.kind === 'matching')
    return Float32Array.from(labels.data, (label) => (label > 0 ? favour : -favour));
  const { outputs } = task.head;
  const values = new Float32Array(
    outputShape(task, size, target).reduce((product, length) => product * length, 1),
  );
  labels.data.forEach((label, at) => {
    if (label >= 0) values[at * outputs + label] = favour;
  });
  return values;
}

/** With outputs that favour the target the primary metric must be at its best. */
async function checkBest(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  const { size, target } = await evaluated(subject);
  const value = (favour: number): number | undefined => {
    const outputs = favouring(task, size, target, favour);
    return outputs && metricsOf(task, outputs, target, [size])[task.primaryMetric];
  };
  const [right, wrong] = [value(1), value(-1)];
  if (right === undefined || wrong === undefined) return;
  ensure(Math.abs(right - 1) < 1e-9, `${task.primaryMetric} of right answers is ${right} instead of 1`);
  ensure(wrong < 1, `${task.primaryMetric} of wrong answers is ${wrong}: larger must be better`);
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

async function checkDecode(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  const { target } = await evaluated(subject);
  for (const row of range(6)) {
    const output = someOutputs(task, 1, `decode ${row}`, rowsOf(target, 0, 1)).data as Float32Array;
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

/** An answer without looking must be a row of outputs that metrics can judge. */
async function checkBaseline(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  if (!task.baseline) return;
  const { size, target, output } = await evaluated(subject);
  const { name, output: row } = task.baseline;
  ensure(name !== '', 'the baseline has no name');
  const width = output.length / size;
  ensure(row.length === width, `the baseline has ${row.length} outputs instead of ${width}`);
  ensure(row.every(Number.isFinite), 'the baseline has outputs that are no numbers');
  const outputs = Float32Array.from(output, (_, at) => row[at % width]!);
  ensureMetrics(subject, metricsOf(task, outputs, target, [size]), 'the baseline');
}

/** Heads whose outputs have no names: coordinates, similarities. */
const unnamed: readonly HeadKind[] = ['box', 'matching', 'embeddings'];

async function checkLabels({ task }: TaskSubject): Promise<void> {
  const { labels, head } = task;
  ensure(new Set(labels).size === labels.length, 'has two labels of one name');
  ensure(
    labels.every((label) => label !== ''),
    'has a label without a name',
  );
  if (!readsTokens(task) && !unnamed.includes(head.kind)) {
    ensure(labels.length === head.outputs, `has ${labels.length} labels for ${head.outputs} outputs`);
  }
  for (const [name, content] of Object.entries(task.savedFiles())) {
    ensure(/^\w[\w.-]*$/.test(name), `saves a file ${name}`);
    if (typeof content === 'string' || content instanceof Uint8Array) continue;
    const again: unknown = JSON.parse(JSON.stringify(content));
    ensure(isDeepStrictEqual(again, content), `saves ${name} with something that JSON does not hold`);
    // Whoever reads the model without mdpd would hand over more tokens than there are positions.
    const length = (content as JsonObject)['model_max_length'];
    const isCut = Number.isSafeInteger(length) && Number(length) >= 1;
    ensure(isCut || name !== 'tokenizer_config.json', `saves ${name} without a model_max_length`);
  }
}

export const metricChecks: readonly Check<TaskSubject>[] = [
  { name: 'has metrics in range, however the examples are batched', run: checkMetrics },
  { name: 'does not count padding', run: checkPadding },
  { name: 'has metrics for degenerate cases', run: checkDegenerate },
  { name: 'has a primary metric that is larger for better answers', run: checkBest },
  { name: 'has a baseline that is an answer, if any', run: checkBaseline },
  { name: 'decodes outputs for people', run: checkDecode },
  { name: 'has a label for every class, and files that can be saved', run: checkLabels },
];
