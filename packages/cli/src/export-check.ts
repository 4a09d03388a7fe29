/**
 * Compares exported files with the product's own forward pass.
 *
 * Letters: B batch, N tokens, C outputs.
 */
import { openModelFile, type OpenedModelFile } from '@mdpd/compile/export/run-model';
import { MdpdError, type Executor, type HostRecord } from '@mdpd/core';
import type { Forward } from '@mdpd/distill/engine/evaluate';
import { disposeRecord, uploadRecord } from '@mdpd/distill/engine/state';

export interface Reference {
  /** [B, C] or [B, N, C] of every batch, row-major. */
  readonly logits: readonly Float32Array[];
  /** C. */
  readonly outputs: number;
}

export interface FileCheck {
  /** Of a logit, from the product's own. */
  readonly maxDifference: number;
  /** Share of examples (or tokens) with the same largest logit; null where there is only one logit. */
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

/** Logits of every batch. Throws EXPORT_NUMBERS where they are not finite: nothing could be compared with them. */
export async function forwardLogits(
  executor: Executor,
  forward: Forward,
  parameters: HostRecord,
  batches: readonly HostRecord[],
  report: (done: number) => void,
): Promise<Float32Array[]> {
  const params = uploadRecord(executor, parameters);
  const run = executor.prepare('export', forward);
  const logits: Float32Array[] = [];
  for (const batch of batches) {
    const input = uploadRecord(executor, batch);
    const output = await run(params, input);
    logits.push((await executor.read(output)).data as Float32Array);
    output.dispose();
    disposeRecord(input);
    report(logits.length);
  }
  disposeRecord(params);
  await run.release();
  if (!logits.every((each) => each.every(Number.isFinite))) throw notNumbers();
  return logits;
}

/** Runs the file on all batches. Throws EXPORT_DIFFERS where it computes something else, EXPORT_INVALID. */
export async function checkFile(job: CheckJob): Promise<FileCheck> {
  const { path, bytes, batches, reference, exact } = job;
  const file = await openModelFile(bytes);
  try {
    const comparison = new Comparison(reference.outputs);
    for (const [index, batch] of batches.entries()) {
      comparison.add((await file.run(batch))['logits']!.data as Float32Array, reference.logits[index]!);
      job.report(index + 1);
    }
    const { maxDifference, scale } = comparison;
    if (!Number.isFinite(maxDifference) || (exact && maxDifference > tolerance * scale)) {
      throw differs(path, maxDifference, tolerance * scale);
    }
    const milliseconds = await medianTime(file, batches[0]!);
    return { maxDifference, sameTop: comparison.sameTop, milliseconds };
  } finally {
    await file.release();
  }
}

class Comparison {
  maxDifference = 0;
  /** The largest logit, at least 1. */
  scale = 1;
  private readonly outputs: number;
  private same = 0;
  private rows = 0;

  constructor(outputs: number) {
    this.outputs = outputs;
  }

  get sameTop(): number | null {
    return this.outputs > 1 ? this.same / this.rows : null;
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
    for (let start = 0; start < expected.length; start += this.outputs) {
      this.rows += 1;
      if (this.top(actual, start) === this.top(expected, start)) this.same += 1;
    }
  }

  private top(logits: Float32Array, start: number): number {
    const row = logits.subarray(start, start + this.outputs);
    return row.indexOf(Math.max(...row));
  }
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
