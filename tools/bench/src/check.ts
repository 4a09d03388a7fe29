/** Whether PyTorch's steps are ours: the same losses from the same tensors, step by step, on a small shape. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatTable } from '@mdpd/report/format';
import { jobOf } from './collect.ts';
import { measure, measureFrom, runOurs } from './engines.ts';
import { families } from './families/families.ts';
import type { BenchRow, EngineName, Job } from './job.ts';
import type { BenchShape, ModelShape } from './shapes.ts';

/** Largest difference of a loss that counts as equal, relative to the loss (or to 1 where it is less). */
export const tolerance = 1e-4;

/** The small shape of a shape's family. */
export function smallShape({ family }: ModelShape): BenchShape {
  const { small } = families[family];
  return { name: `small ${family}`, model: small, batch: 4, engines: ['wasm', 'compiled', 'pytorch'] };
}

export interface Comparison {
  readonly shape: string;
  readonly row: string;
  readonly engine: EngineName;
  /** Largest difference over the steps. */
  readonly difference: number;
}

export async function compareRow(shape: BenchShape, row: BenchRow, engine: EngineName): Promise<Comparison> {
  const job: Job = { ...jobOf({ shape, row, engine }, 1), warmup: 0, repeats: 6 };
  const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-bench-'));
  try {
    const file = path.join(folder, 'initial.safetensors');
    await runOurs({ kind: 'initial', job, file });
    const ours = await measure(job);
    const theirs = await measureFrom(job, file);
    return {
      shape: shape.name,
      row: row.name,
      engine,
      difference: largestDifference(ours.values, theirs.values),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Relative to the values, or to 1 where they are less. Different lengths are infinitely different. */
export function largestDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length === 0) return Infinity;
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!) / Math.max(1, Math.abs(value))));
}

export function comparisonText(comparisons: readonly Comparison[]): string {
  const lines = comparisons.map(({ shape, row, engine, difference }) => [
    shape,
    row,
    engine,
    difference.toExponential(1),
    difference <= tolerance ? 'equal' : 'DIFFERENT',
  ]);
  return formatTable([['shape', 'row', 'engine', 'largest difference', ''], ...lines], '', 3);
}
