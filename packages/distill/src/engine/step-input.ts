/** What a step reads, on the executor. */
import type { Method, StepInput, TensorRecord } from '@mdpd/core';
import { tokenCounts } from '../token-counts.ts';
import type { StepBatches } from './load-step.ts';
import { disposeRecord, uploadRecord } from './state.ts';
import type { TrainingJob } from './train.ts';

export function uploadStep(
  { executor, backbone }: Pick<TrainingJob, 'executor' | 'backbone'>,
  method: Method,
  { main, extra }: StepBatches,
  step: number,
): StepInput {
  const scalars = Object.entries(method.scalars(step)).map(([name, value]) => [
    name,
    executor.upload({ data: Float32Array.of(value), shape: [], dtype: 'float32' }),
  ]);
  return {
    input: uploadRecord(executor, main.input),
    target: uploadRecord(executor, main.target),
    extra: Object.fromEntries(
      Object.entries(extra).map(([name, batch]) => [name, uploadRecord(executor, batch.input)]),
    ),
    noise: uploadRecord(executor, method.noise(step, main.size, tokenCounts(backbone, main.input))),
    scalars: Object.fromEntries(scalars) as StepInput['scalars'],
  };
}

export function disposeInput(input: StepInput): void {
  disposeRecord(input.input);
  disposeRecord(input.target);
  Object.values(input.extra).forEach(disposeRecord);
  disposeRecord(input.noise);
  disposeRecord(input.scalars as TensorRecord);
}
