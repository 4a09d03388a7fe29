/**
 * Compares exported files with the product's own forward pass.
 *
 * Letters: B batch, N tokens, C outputs.
 */
import { openModelFile, type OpenedModelFile } from '@mdpd/compile/export/run-model';
import { MdpdError, type Executor, type HostRecord, type Params, type TensorRecord } from '@mdpd/core';
import { disposeRecord, uploadRecord } from '@mdpd/distill/engine/state';

export interface Reference {
  /** Outputs of every batch by name, row-major: `logits` [B, C] or [B, N, C], mostly. */
  readonly outputs: readonly Readonly<Record<string, Float32Array>>[];
  /** C, where the largest of C logits is what the model says. */
  readonly classes: number | null;
}

export interface FileCheck {
  /** Of an output, from the product's own. */
  readonly maxDifference: number;
  /** Share of examples (or tokens) with the same largest logit; null where logits do not compete. */
  readonly sameTop: number | null;
  /** Median time of one example alone. */
  readonly milliseconds: number;
}

export interface CheckJob {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly batches: readonly HostRecord[];
  readonly reference: Reference;
  /** Whether the file must compute the same: not after quantization. */
  readonly exact: boolean;
  report(done: number): void;
}

/** Differences above this share of the largest logit (at least of 1) are no rounding. */
const tolerance = 1e-3;
/** Runs that are timed, as far as they fit into the time. */
const timedRuns = 15;
const timedMilliseconds = 3000;

/** The model as it is exported: its outputs by name. */
export type ExportedForward = (params: Params, input: Readonly<TensorRecord>) => Readonly<TensorRecord>;

/** Outputs of every batch. Throws EXPORT_NUMBERS where they are not finite: nothing could be compared with them. */
export async function forwardOutputs(
  executor: Executor,
  forward: ExportedForward,
  parameters: HostRecord,
  batches: readonly HostRecord[],
  report: (done: number) => void,
): Promise<Record<string, Float32Array>[]> {
  const params = uploadRecord(executor, parameters);
  const run = executor.prepare('export', forward);
  const outputs: Record<string, Float32Array>[] = [];
  for (const batch of batches) {
    const input = uploadRecord(executor, batch);
    const given = await run(params, input);
    const read: Record<string, Float32Array> = {};
    for (const [name, tensor] of Object.entries(given))
      read[name] = (await executor.read(tensor)).data as Float32Array;
    outputs.push(read);
    disposeRecord(given);
    disposeRecord(input);
    report(outputs.length);
  }
  disposeRecord(params);
  await run.release();
  if (!outputs.every((each) => Object.values(each).every((values) => values.every(Number.isFinite))))
    throw notNumbers();
  return outputs;
}

/** Runs the file on all batches. Throws EXPORT_DIFFERS where it computes something else, EXPORT_INVALID. */
export async function checkFile(job: CheckJob): Promise<FileCheck> {
  const { path, bytes, batches, reference, exact } = job;
  const file = await openModelFile(bytes);
  try {
    const comparisons = new Map<string, Comparison>();
    for (const [index, batch] of batches.entries()) {
      const given = await file.run(batch);
      for (const [name, expected] of Object.entries(reference.outputs[index]!)) {
        const comparison = comparisons.get(name) ?? new Comparison(reference.classes);
        comparisons.set(name, comparison);
        comparison.add((given[name]?.data ?? new Float32Array()) as Float32Array, expected);
      }
      job.report(index + 1);
    }
    for (const { maxDifference, scale } of comparisons.values()) {
      if (!Number.isFinite(maxDifference) || (exact && maxDifference > tolerance * scale)) {
        throw differs(path, maxDifference, tolerance * scale);
      }
    }
    const milliseconds = await medianTime(file, batches[0]!);
    const maxDifference = Math.max(...[...comparisons.values()].map((each) => each.maxDifference));
    return { maxDifference, sameTop: comparisons.get('logits')?.sameTop ?? null, milliseconds };
  } finally {
    await file.release();
  }
}

class Comparison {
  maxDifference = 0;
  /** The largest logit, at least 1. */
  scale = 1;
  private readonly classes: number | null;
  private same = 0;
  private rows = 0;

  constructor(classes: number | null) {
    this.classes = classes;
  }

  get sameTop(): number | null {
    return this.rows > 0 ? this.same / this.rows : null;
  }

  add(actual: Float32Array, expected: Float32Array): void {
    if (actual.length !== expected.length) this.maxDifference = Infinity;
    for (let i = 0; i < expected.length; i++) {
      const difference = Math.abs(actual[i]! - expected[i]!);
      // What is not a number must not be lost in a maximum.
      if (!(difference <= this.maxDifference))
        this.maxDifference = Number.isNaN(difference) ? Infinity : difference;
      this.scale = Math.max(this.scale, Math.abs(expected[i]!));
    }
    const { classes } = this;
    if (classes === null) return;
    for (let start = 0; start < expected.length; start += classes) {
      this.rows += 1;
      if (topOf(actual, start, classes) === topOf(expected, start, classes)) this.same += 1;
    }
  }
}

function topOf(logits: Float32Array, start: number, classes: number): number {
  const row = logits.subarray(start, start + classes);
  return row.indexOf(Math.max(...row));
}

async function medianTime(file: OpenedModelFile, example: HostRecord): Promise<number> {
  const times: number[] = [];
  const begun = performance.now();
  while (times.length < timedRuns && (times.length === 0 || performance.now() - begun < timedMilliseconds)) {
    const started = performance.now();
    await file.run(example);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

function notNumbers(): MdpdError {
  return new MdpdError('EXPORT_NUMBERS', 'the model gives logits that are not numbers', {
    fix: 'its weights are damaged, or its training went wrong: train it again',
  });
}

function differs(path: string, difference: number, allowed: number): MdpdError {
  const found = Number.isFinite(difference)
    ? `differs by ${difference.toExponential(1)} in a logit from the model`
    : 'gives logits that are not numbers';
  return new MdpdError('EXPORT_DIFFERS', `${path} ${found}: it was not written`, {
    allowed: `differences up to ${allowed.toExponential(1)}`,
    fix: 'this is a bug in mdpd, or in the plugin of the backbone: report it with the model',
  });
}
