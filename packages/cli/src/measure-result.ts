/** Collects the numbers of result.json. */
import path from 'node:path';
import type { Head, HeadKind, ParameterSpec, Recipe, Task, TensorRecord } from '@mdpd/core';
import { agreement } from '@mdpd/distill/engine/evaluate';
import type { TrainedRun } from '@mdpd/distill/engine/train';
import type { OpenedBackbone } from './backbone-reference.ts';
import { readEnvironment } from './environment.ts';
import { splitOf, type Evaluations, type Latencies } from './evaluate-paths.ts';
import { inputKindOf } from './input-kind.ts';
import type { Result } from '@mdpd/report/result';
import type { RunFolder } from './run-folder.ts';

export interface MeasuredRun {
  readonly recipe: Recipe;
  readonly recipeFile: string;
  readonly opened: OpenedBackbone;
  readonly head: Head;
  readonly task: Task;
  readonly executor: { readonly name: string };
  readonly run: RunFolder;
  readonly directory: string;
  /** When the training was asked for, as `process.uptime()`. */
  readonly begunAt: number;
  readonly trained: TrainedRun;
  /** What the graphs of the training were known to need; undefined where nothing was compiled. */
  readonly plannedBytes: number | undefined;
  readonly evaluations: Evaluations;
  readonly latencies: Latencies;
}

/** Heads whose predictions are hardly ever equal: scores, cosines. */
const scored: readonly HeadKind[] = ['regression', 'embeddings'];

export async function measureResult(measured: MeasuredRun): Promise<Result> {
  const { recipe, task, trained, evaluations, latencies, run, directory } = measured;
  const { faded, side } = evaluations;
  const primary = task.primaryMetric;
  const { milliseconds, batch } = latencies;
  return {
    recipe: path.parse(measured.recipeFile).name,
    task: task.name,
    backbone: measured.opened.name,
    method: recipe.method.name,
    seed: recipe.train.seed,
    executor: measured.executor.name,
    steps: trained.steps,
    smoke: recipe.smoke,
    input: inputKindOf(measured.opened.backbone),
    metrics: {
      primary,
      faded: faded?.metrics ?? null,
      side: side?.metrics ?? null,
      baseline: (faded ?? side)?.baseline,
    },
    testExamples: Math.min(splitOf(task, 'test').size, (faded ?? side)?.examples ?? 0),
    fadeGap: faded && side ? side.metrics[primary]! - faded.metrics[primary]! : null,
    agreement: faded && side && !scored.includes(task.head.kind) ? agreement(faded, side, task) : null,
    parameters: countParameters(measured),
    memory: { peakRssBytes: trained.peakRssBytes, plannedBytes: measured.plannedBytes ?? null },
    time: {
      totalSeconds: process.uptime() - measured.begunAt,
      secondsPerStep: trained.secondsPerStep,
      samplesPerSecond: trained.samplesPerSecond,
    },
    inference: { fadedMs: milliseconds.faded ?? null, sideMs: milliseconds.side ?? null, batch },
    environment: await readEnvironment(directory),
    directory: path.relative(run.folder, directory) || '.',
  };
}

function countParameters({ opened, head, trained, evaluations }: MeasuredRun): Result['parameters'] {
  const backbone = sizeOfSpecs(opened.backbone.parameters);
  const side = sizeOfTensors(trained.state.side);
  return {
    backbone,
    trainedInBackbone: sizeOfTensors(trained.state.trained),
    side,
    inference: evaluations.faded ? backbone + sizeOfSpecs(head.parameters) : backbone + side,
  };
}

function sizeOfSpecs(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + shape.reduce((size, length) => size * length, 1), 0);
}

function sizeOfTensors(record: Readonly<TensorRecord>): number {
  return Object.values(record).reduce((sum, { size }) => sum + size, 0);
}
