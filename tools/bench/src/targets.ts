/** What the compiled executor should reach, as ratios of measured rows of one run. */
import { engineNames, rows as benchRows, type EngineName } from './job.ts';
import type { ResultRow } from './collect.ts';
import { disturbed } from './processors.ts';

export type Metric = 'time' | 'memory';

export interface Target {
  readonly shape: string;
  /** A row of the compiled executor. */
  readonly row: string;
  readonly metric: Metric;
  readonly atMost: number;
  /** What it is compared with. */
  readonly reference: { readonly row: string; readonly engine: EngineName };
}

export interface Verdict {
  readonly target: Target;
  readonly ratio: number;
  readonly met: boolean;
  /** Whether other processes disturbed one of the two times. */
  readonly doubtful: boolean;
}

const pytorch = (shape: string, row: string, metric: Metric, atMost: number): Target => ({
  shape,
  row,
  metric,
  atMost,
  reference: { row, engine: 'pytorch' },
});

const ours = (shape: string, row: string, metric: Metric, atMost: number, other: string): Target => ({
  shape,
  row,
  metric,
  atMost,
  reference: { row: other, engine: 'compiled' },
});

/** Time and memory at most these times PyTorch's. */
const againstPytorch: Readonly<Record<string, readonly [time: number, memory: number]>> = {
  forward: [1, 1],
  norm: [1.1, 0.6],
  'norm+recompute': [1.2, 0.6],
  mdpd: [1.2, 0.6],
  full: [1.1, 0.8],
};

export const targets: readonly Target[] = [
  ...['vit-s', 'bert-base', 'vilt'].flatMap((shape) =>
    Object.entries(againstPytorch)
      .filter(([row]) => shape === 'vit-s' || row !== 'norm')
      .flatMap(([row, [time, memory]]) => [
        pytorch(shape, row, 'time', time),
        pytorch(shape, row, 'memory', memory),
      ]),
  ),
  ...benchRows
    .filter(({ kind }) => kind !== 'epoch')
    .map(({ name: row }): Target => ({
      shape: 'vit-s',
      row,
      metric: 'time',
      atMost: 1 / 8,
      reference: { row, engine: 'wasm' },
    })),
  // The paper's claim: inference without the side network is at least 25.2 % faster than with it.
  ...['vit-s', 'vit-b'].flatMap((shape) => [
    ours(shape, 'latency-faded', 'time', 1 - 0.252, 'latency-side'),
    ours(shape, 'latency-faded', 'time', 1.02, 'forward'),
  ]),
  // Padding to few lengths is 1.5 times as fast as padding to one.
  ...['spam', 'spam-512'].map((shape) => ours(shape, 'bucketed-epoch', 'time', 1 / 1.5, 'padded-epoch')),
  ours('vit-b', 'mdpd', 'memory', 0.4, 'full'),
  {
    shape: 'vit-b',
    row: 'mdpd',
    metric: 'memory',
    atMost: 1,
    reference: { row: 'norm+recompute', engine: 'pytorch' },
  },
];

/** The targets of which both sides were measured. */
export function verdicts(rows: readonly ResultRow[]): Verdict[] {
  return targets.flatMap((target) => {
    const { shape, row, metric, atMost, reference } = target;
    const sides = [find(rows, shape, row, 'compiled'), find(rows, shape, reference.row, reference.engine)];
    const [ours, other] = sides.map((each) => each && valueOf(each, metric));
    if (ours === undefined || !other) return [];
    const ratio = ours / other;
    const doubtful = metric === 'time' && sides.some((each) => each!.othersCpu > disturbed);
    return [{ target, ratio, met: ratio <= atMost, doubtful }];
  });
}

export function find(
  rows: readonly ResultRow[],
  shape: string,
  row: string,
  engine: EngineName,
): ResultRow | undefined {
  return rows.find((each) => each.shape === shape && each.row === row && each.engine === engine);
}

export function valueOf(row: ResultRow, metric: Metric): number {
  return metric === 'time' ? row.ms : row.peakRssBytes;
}

/** Engines that have a row of a shape, in our order. */
export function enginesOf(rows: readonly ResultRow[], shape: string): EngineName[] {
  return engineNames.filter((engine) => rows.some((row) => row.shape === shape && row.engine === engine));
}
