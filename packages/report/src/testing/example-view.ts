/** Runs for tests and for looking at pages: synthesised, and the same for the same seed. */
import type { EvaluationRecord, LayersRecord, RunRecord, StepRecord } from '@mdpd/core';
import type { Result } from '../result.ts';
import type { RunView } from '../run-view.ts';
import { exampleExamples } from './example-examples.ts';

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What `exampleView` is asked for. */
export interface ExampleOptions {
  readonly steps?: number;
  readonly seed?: number;
  /** Evaluations on the validation split. */
  readonly evaluations?: number;
  readonly method?: string;
  readonly accuracy?: number;
}

/** A finished run of `mdpd` on images with everything that a page can show. */
export function exampleView(options: ExampleOptions = {}): RunView {
  const { steps = 400, seed = 0, evaluations = 20, method = 'mdpd', accuracy = 0.9695 } = options;
  const records = exampleRecords({ steps, seed, evaluations, method, accuracy });
  const recipe = exampleRecipe(method, seed, steps);
  return {
    name: `runs/mnist-${method}-${seed}`,
    recipe,
    recipeText: yamlOf(recipe),
    records,
    totals: totalsOf(records),
    result: exampleResult({ method, seed, steps, accuracy }),
    examples: exampleExamples(seed),
    command: `npx mdpd train configs/vtab/mnist.yaml method=${method} train.seed=${seed} --out runs/mnist-${method}-${seed}`,
  };
}

/** What `RecordHistory` sums up. */
export function totalsOf(records: readonly RunRecord[]): RunView['totals'] {
  const sum = (type: 'step' | 'evaluation'): number =>
    records.reduce((all, record) => all + (record.type === type ? record.time.seconds : 0), 0);
  return {
    steps: records.filter(({ type }) => type === 'step').length,
    stepSeconds: sum('step'),
    evaluationSeconds: sum('evaluation'),
  };
}

function exampleRecipe(name: string, seed: number, steps: number): Record<string, unknown> {
  return {
    task: 'vtab',
    data: { train: 'mnist:train[:1000]', validation: 'mnist:train[50000:54000]', test: 'mnist:test' },
    backbone: 'zoo:tiny-vit',
    method: {
      name,
      ...(name === 'mdpd' && { fade: { train: 'norm+head', warmup: 0.2 }, logit: { alpha: 0.5 } }),
    },
    train: { steps, batchSize: 50, learningRate: { head: 0.003, norm: 0.003, side: 0.005 }, seed },
    executor: 'onnxruntime',
  };
}

function yamlOf(tree: object, indent = ''): string {
  return Object.entries(tree)
    .map(([key, value]) =>
      typeof value === 'object' && value !== null
        ? `${indent}${key}:\n${yamlOf(value, `${indent}  `)}`
        : `${indent}${key}: ${value}\n`,
    )
    .join('');
}

/** result.json of such a run. */
export function exampleResult({
  method = 'mdpd',
  seed = 0,
  steps = 400,
  accuracy = 0.9695,
}: ExampleOptions = {}): Result {
  const hasSide = method === 'mdpd' || method === 'side';
  const side = hasSide ? { accuracy: accuracy + 0.0006, accuracy_top5: 0.9991, f1_macro: accuracy } : null;
  const faded = method === 'side' ? null : { accuracy, accuracy_top5: 0.9988, f1_macro: accuracy - 0.0004 };
  return {
    recipe: 'mnist',
    task: 'vtab',
    backbone: 'zoo:tiny-vit',
    method,
    seed,
    executor: 'onnxruntime',
    steps,
    smoke: false,
    input: 'image',
    metrics: {
      primary: 'accuracy',
      faded,
      side,
      baseline: {
        name: 'the commonest label (7)',
        metrics: { accuracy: 0.1135, accuracy_top5: 0.513, f1_macro: 0.0204 },
      },
    },
    testExamples: 10_000,
    fadeGap: faded && side ? side.accuracy - faded.accuracy : null,
    agreement: faded && side ? 0.9873 : null,
    parameters: {
      backbone: 310_656,
      trainedInBackbone: { head: 650, side: 0, full: 311_306 }[method] ?? 2954,
      side: hasSide ? 61_204 : 0,
      inference: 311_306,
    },
    memory: {
      peakRssBytes: { head: 278e6, norm: 512e6, side: 471e6, full: 1120e6 }[method] ?? 544_210_944,
      plannedBytes: 212_000_000,
    },
    time: {
      totalSeconds: 0.18 * steps + 23,
      secondsPerStep: method === 'head' ? 0.014 : 0.18,
      samplesPerSecond: 277.8,
    },
    inference: { fadedMs: faded ? 8.37 : null, sideMs: side ? 12.91 : null, batch: 32 },
    environment: {
      node: 'v20.20.2',
      platform: 'linux x64',
      cpu: 'Example CPU',
      threads: 1,
      versions: { '@mdpd/cli': '0.1.0', 'onnxruntime-node': '1.30.0' },
      gitCommit: '425fea5b391b32508ae41f187bdf1aea281726ba',
      gitDirty: false,
    },
    directory: '../..',
  };
}

function exampleRecords(options: Required<ExampleOptions>): RunRecord[] {
  const { steps, seed, evaluations, method, accuracy } = options;
  const random = randomOf(seed + 1);
  const records: RunRecord[] = [{ type: 'note', step: 0, message: 'executor auto: onnxruntime works' }];
  const every = Math.max(1, Math.floor(steps / Math.max(1, evaluations)));
  for (let step = 1; step <= steps; step++) {
    records.push(stepRecord(step, steps, method, random));
    if (evaluations === 0 || (step % every !== 0 && step !== steps)) continue;
    if (method === 'mdpd') records.push(layersRecord(step, steps));
    for (const path of pathsOf(method))
      records.push(evaluation(step, steps, 'validation', path, accuracy, random));
  }
  for (const path of pathsOf(method)) records.push(evaluation(steps, steps, 'test', path, accuracy, random));
  return records;
}

function pathsOf(method: string): ('faded' | 'side')[] {
  return method === 'mdpd' ? ['faded', 'side'] : [method === 'side' ? 'side' : 'faded'];
}

function stepRecord(step: number, steps: number, method: string, random: () => number): StepRecord {
  const share = step / steps;
  const noise = (): number => 0.75 + random() / 2;
  const sideLoss = (2.3 * Math.exp(-9 * share) + 0.012) * noise();
  const featureLoss = (0.9 * Math.exp(-3 * share) + 0.22) * (0.96 + random() / 12);
  const phase = method === 'mdpd' ? (share <= 0.1 ? 'side' : share <= 0.25 ? 'label' : 'joint') : 'train';
  const taskLoss = (1.9 * Math.exp(-8 * Math.max(0, share - 0.1)) + 0.02) * noise();
  const fade: Record<string, number> = phase === 'side' ? {} : { taskLoss };
  const joint: Record<string, number> =
    phase === 'joint'
      ? { distillLoss: taskLoss * 0.7 * noise(), gateShare: 0.35 + 0.4 * random() * (1 - share) }
      : {};
  const parts: Record<string, number> =
    method === 'mdpd' ? { sideLoss, featureLoss, ...fade, ...joint } : { taskLoss };
  const rate = share < 0.1 ? share * 10 : 0.5 * (1 + Math.cos((Math.PI * (share - 0.1)) / 0.9));
  const seconds = step === 1 ? 2.4 : 0.16 + random() * 0.05;
  const elapsedSeconds = 3 + step * 0.185;
  return {
    type: 'step',
    step,
    steps,
    epoch: Math.floor(step / 20),
    phase,
    loss: method === 'mdpd' ? sideLoss + featureLoss + (phase === 'side' ? 0 : taskLoss) : taskLoss,
    metric: Math.min(1, Math.round(50 * (0.98 - 0.86 * Math.exp(-7 * share)) * (0.94 + random() / 10)) / 50),
    parts,
    learningRate: {
      head: 0.003 * rate,
      norm: 0.003 * rate,
      ...(method === 'mdpd' && { side: 0.005 * rate }),
    },
    time: {
      seconds,
      elapsedSeconds,
      samplesPerSecond: 50 / seconds,
      remainingSeconds: (elapsedSeconds / step) * (steps - step),
      rssBytes: 430e6 + 60e6 * random() + 40e6 * share,
      peakRssBytes: 480e6 + 64e6 * Math.min(1, 4 * share),
    },
  };
}

function evaluation(
  step: number,
  steps: number,
  split: string,
  path: string,
  accuracy: number,
  random: () => number,
): EvaluationRecord {
  const share = step / steps;
  const reached = accuracy - (path === 'side' ? 0.6 : 0.8) * Math.exp(-6 * share) + 0.006 * (random() - 0.5);
  const value = step === steps ? accuracy + (path === 'side' ? 0.0006 : 0) : Math.max(0.1, reached);
  return {
    type: 'evaluation',
    step,
    split,
    path,
    examples: 4000,
    metrics: { accuracy: value, f1_macro: value - 0.002 },
    time: { seconds: 0.4 },
  };
}

function layersRecord(step: number, steps: number): LayersRecord {
  const share = step / steps;
  const of = (count: number, value: (i: number) => number): number[] =>
    Array.from({ length: count }, (_, i) => Number(value(i).toFixed(5)));
  return {
    type: 'layers',
    step,
    layers: {
      gate: { image: of(9, (i) => 0.5 + share * 0.3 * Math.sin(i)) },
      featureLoss: { image: of(8, (i) => (0.3 + (i > 3 ? 0.5 : 0.03 * i)) * Math.exp(-share)) },
      normDrift: { image: of(8, (i) => share * (0.02 + 0.012 * i)) },
    },
    boundary: { image: 4 },
  };
}
