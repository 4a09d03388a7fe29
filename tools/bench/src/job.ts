/** What is measured: rows and engines; and what is passed to the process that measures one of them. */
import type { OptimizationSettings } from '@mdpd/core';
import type { BenchShape, ModelShape, Texts } from './shapes.ts';

export const engineNames = ['pytorch', 'compiled', 'wasm', 'tensorflow'] as const;
export type EngineName = (typeof engineNames)[number];

/** What is measured where nothing is said: tfjs-node is rarely there. */
export const defaultEngines: readonly EngineName[] = ['pytorch', 'compiled', 'wasm'];

/** The side network's defaults, written out: PyTorch has the same. */
const side = {
  reductionFactor: 2,
  heads: 2,
  mlpRatio: 2,
  layers: 'all',
  gate: 'add',
  gateTemperature: 1,
  input: 'taps+conv',
  context: 4,
  pool: 'auto',
} as const;

/** The defaults but for the boundary, which would otherwise be measured on a batch before the first step. */
const feature = { mode: 'hierarchical', weight: 0.1, rank: 16, boundary: 'half', maskRatio: 0.5 } as const;

/** `joint` phase from the first step on: every step is a side step and a fade step with recompute. */
const mdpd = {
  side,
  feature,
  logit: { alpha: 0.5, temperature: 2, gate: 'auto', teacher: 'average' },
  unlabelled: { batchSize: 0 },
  fade: { train: 'norm+head', blocks: 'all', every: 1, recompute: true },
  warmup: 0,
} as const;

export type BenchRow = {
  readonly name: string;
  /** For the table. */
  readonly what: string;
  readonly method: string;
  /** The method's, as a recipe would say them. */
  readonly settings: Readonly<Record<string, unknown>>;
} & (
  | { readonly kind: 'train' }
  | {
      readonly kind: 'epoch';
      /** Whether all texts are padded to one length. */
      readonly padded: boolean;
    }
  | {
      readonly kind: 'inference';
      /** `backbone`: never trained. */ readonly path: 'backbone' | 'faded' | 'side';
    }
);

const epoch = (name: string, what: string, padded: boolean): BenchRow => ({
  name,
  what,
  kind: 'epoch',
  padded,
  method: 'norm',
  settings: {},
});

const train = (name: string, what: string, method: string, settings: object = {}): BenchRow => ({
  name,
  what,
  kind: 'train',
  method,
  settings: { ...settings },
});

export const rows: readonly BenchRow[] = [
  {
    name: 'forward',
    what: 'one forward pass of backbone and head',
    kind: 'inference',
    path: 'backbone',
    method: 'mdpd',
    settings: mdpd,
  },
  train('head', 'training step, head alone', 'head'),
  train('norm', 'training step, norms and head', 'norm'),
  train('norm+recompute', 'the same, block by block with recompute', 'norm', { recompute: true }),
  train('side', 'training step of a side network over the frozen backbone', 'side', {
    side,
    feature: { ...feature, mode: 'none' },
  }),
  train('mdpd', 'side step and fade step with recompute, norms and head', 'mdpd', mdpd),
  train('full', 'training step, every parameter', 'full'),
  {
    name: 'latency-faded',
    what: 'one forward pass of what mdpd ships',
    kind: 'inference',
    path: 'faded',
    method: 'mdpd',
    settings: mdpd,
  },
  {
    name: 'latency-side',
    what: 'one forward pass with the side network kept',
    kind: 'inference',
    path: 'side',
    method: 'mdpd',
    settings: mdpd,
  },
  epoch('bucketed-epoch', 'an epoch of training norms and head on texts padded to few lengths', false),
  epoch('padded-epoch', 'the same, on texts padded to the longest', true),
];

/** Of every training row; rates do not change, so that all steps are alike. */
export const optimization: OptimizationSettings = {
  learningRate: { head: 0.003, norm: 0.003, bias: 0.003, lora: 0.01, weight: 0.0005, side: 0.005 },
  weightDecay: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  warmup: 0,
  schedule: 'constant',
  clipNorm: 1,
  labelSmoothing: 0,
};

/** Settings of a row's method with the side network that a shape has. */
export function settingsOf(
  { settings }: Pick<BenchRow, 'settings'>,
  { reductionFactor }: Pick<BenchShape, 'reductionFactor'>,
): Readonly<Record<string, unknown>> {
  const { side: network } = settings;
  if (reductionFactor === undefined || network === undefined) return settings;
  return { ...settings, side: { ...(network as object), reductionFactor } };
}

/** One row on one engine: what a measuring process reads from its standard input. */
export interface Job {
  readonly engine: EngineName;
  readonly row: string;
  readonly shape: ModelShape;
  readonly batch: number;
  /** Of rows that read texts. */
  readonly texts?: Texts;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly train: OptimizationSettings;
  /** Steps before the timed ones. */
  readonly warmup: number;
  readonly repeats: number;
  /** For PyTorch; our executors say how many they have. */
  readonly threads: number;
}

/** What a measuring process prints. Memory is the resident set of the process, in bytes. */
export interface Measurement {
  /** Milliseconds of every timed step. */
  readonly times: readonly number[];
  /** What the step computed, warm-up included: the loss, or the first logit. */
  readonly values: readonly number[];
  /** Share of the processors that other processes used during the timed steps. */
  readonly othersCpu: number;
  /** With the libraries loaded. */
  readonly libraryRssBytes: number;
  /** With the model built, before the first step. */
  readonly modelRssBytes: number;
  readonly peakRssBytes: number;
}

/** What an engine says of itself. */
export interface EngineStatus {
  readonly available: boolean;
  /** Version and threads, or why there is none. */
  readonly reason: string;
  readonly threads?: number;
}

export function rowNamed(name: string): BenchRow {
  const found = rows.find((row) => row.name === name);
  if (!found) throw new Error(`there is no row "${name}"`);
  return found;
}
