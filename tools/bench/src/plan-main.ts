/** `node tools/bench/bin/plan.js`: what `mdpd plan` predicts of training rows beside what is measured. */
import { availableParallelism } from 'node:os';
import { createOutput, reportFailure, toJson } from '@mdpd/cli/output';
import type { MethodPlan } from '@mdpd/cli/plan-training';
import { formatTable } from '@mdpd/report/format';
import { isMeasured, jobOf } from './collect.ts';
import { measure, runOurs } from './engines.ts';
import type { Job } from './job.ts';
import { parseOptions, type BenchOptions } from './options.ts';

/** Shapes of the table in docs/plan.md. */
const usual = ['vit-s', 'vit-b', 'bert-base'];

export const usage = `Compares predicted with measured memory and time of training steps.

Usage: node tools/bench/bin/plan.js [--shape SHAPE,…] [--only ROW,…] [--json]

Shapes are ${usual.join(', ')} unless others are named. Every row takes two processes, one after the other.`;

export interface Compared {
  readonly shape: string;
  readonly row: string;
  readonly predictedBytes: number;
  readonly measuredBytes: number;
  readonly predictedSeconds: number;
  readonly measuredSeconds: number;
}

export async function main(args: readonly string[]): Promise<number> {
  const output = createOutput({ json: args.includes('--json') });
  try {
    const options = parseOptions(args.includes('--shape') ? args : [...args, '--shape', usual.join(',')]);
    if (options.help) {
      output.answer(usage);
      return 0;
    }
    const rows: Compared[] = [];
    for (const { shape, row, job } of jobs(options)) {
      output.message(`${shape} ${row}`);
      rows.push(await compare(shape, row, job));
    }
    output.answer(output.json ? toJson(rows) : comparisonTable(rows));
    return 0;
  } catch (error) {
    return reportFailure(error, output);
  }
}

function jobs({ shapes, rows }: BenchOptions): { shape: string; row: string; job: Job }[] {
  return shapes.flatMap((shape) =>
    rows
      .filter((row) => row.kind === 'train' && isMeasured(shape, row))
      .map((row) => {
        const job = jobOf({ shape, row, engine: 'compiled' }, availableParallelism());
        return { shape: shape.name, row: row.name, job };
      }),
  );
}

async function compare(shape: string, row: string, job: Job): Promise<Compared> {
  const prediction = await runOurs<MethodPlan>({ kind: 'plan', job });
  // Two steps bring memory to its peak; three are timed.
  const measured = await measure({ ...job, warmup: 2, repeats: 3 });
  return {
    shape,
    row,
    predictedBytes: prediction.peakRssBytes,
    measuredBytes: measured.peakRssBytes,
    predictedSeconds: prediction.secondsPerStep,
    measuredSeconds: Math.min(...measured.times) / 1000,
  };
}

const difference = (predicted: number, measured: number): string =>
  `${predicted >= measured ? '+' : '−'}${Math.abs(100 * (predicted / measured - 1)).toFixed(0)} %`;

export function comparisonTable(rows: readonly Compared[]): string {
  const megabytes = (bytes: number): string => Math.round(bytes / 1e6).toLocaleString('en-US');
  const header = ['shape', 'row', 'predicted, MB', 'measured, MB', '', 'predicted, s', 'measured, s', ''];
  const body = rows.map((each) => [
    each.shape,
    each.row,
    megabytes(each.predictedBytes),
    megabytes(each.measuredBytes),
    difference(each.predictedBytes, each.measuredBytes),
    each.predictedSeconds.toFixed(2),
    each.measuredSeconds.toFixed(2),
    difference(each.predictedSeconds, each.measuredSeconds),
  ]);
  return formatTable([header, ...body], '', 2);
}
