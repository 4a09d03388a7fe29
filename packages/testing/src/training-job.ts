/** A complete training job over the tiny backbone and task: for tests of the loop and of methods. */
import {
  trainSchema,
  type Backbone,
  type Executor,
  type HostRecord,
  type MethodProvider,
  type RunRecord,
  type Task,
  type TrainSettings,
} from '@mdpd/core';
import type { TrainingJob } from '@mdpd/distill/engine/train';
import type { z } from 'zod';
import { tinyBackbone, tinyProvider } from './fixtures/tiny-backbone.ts';
import type { TinyModel } from './fixtures/tiny-models.ts';
import { tinyTask } from './fixtures/tiny-task.ts';
import { modelUnderTest } from './model-under-test.ts';

export interface JobOptions {
  readonly executor: Executor;
  readonly method: MethodProvider;
  /** As a recipe would say it; checked by the method's schema. */
  readonly settings?: object;
  readonly train?: z.input<typeof trainSchema>;
  /** Default: of the tiny backbone. */
  readonly provider?: TinyModel['provider'];
  readonly backbone?: Backbone;
  readonly task?: Task;
  readonly signal?: AbortSignal;
}

export interface RecordedJob extends TrainingJob {
  readonly initial: HostRecord;
  /** What was reported, in order. */
  readonly records: RunRecord[];
}

/** Rates at which every method learns the tiny task. */
const learningRate = { head: 0.02, norm: 0.01, bias: 0.01, lora: 0.01, weight: 0.003, side: 0.01 };

export function trainSettings(changes: z.input<typeof trainSchema> = {}): TrainSettings {
  const length = changes.epochs === undefined && changes.steps === undefined ? { steps: 30 } : {};
  return trainSchema.parse({
    batchSize: 16,
    learningRate,
    schedule: 'constant',
    warmup: 0,
    ...length,
    ...changes,
  });
}

export function trainingJob({
  executor,
  method,
  settings = {},
  train,
  provider = tinyProvider,
  backbone = tinyBackbone(),
  task = tinyTask(backbone),
  signal,
}: JobOptions): RecordedJob {
  const { head, parameters } = modelUnderTest(provider, backbone, task.head);
  const records: RunRecord[] = [];
  return {
    backbone,
    head,
    initial: parameters,
    task,
    method,
    settings: method.settings.parse(settings),
    train: trainSettings(train),
    executor,
    signal,
    reporters: [{ name: 'recorder', record: (record) => records.push(record) }],
    records,
  };
}
