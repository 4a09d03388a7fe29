/** Writes what a row starts from and reads, so that PyTorch can run the very same steps. */
import type { HostRecord } from '@mdpd/core';
import { flattenState } from '@mdpd/cli/side-folder';
import { tokenCounts } from '@mdpd/distill/token-counts';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import { rowNamed, type Job } from './job.ts';
import { createMethod, initialState, startEngine } from './measure-row.ts';
import { benchModel, randomBatch } from './model.ts';

/** Parameters as `frozen/NAME`, `trained/NAME`, `side/NAME`; `input/NAME`, `labels`, and `masks.STEP` where there are some. */
export async function writeInitial(job: Job, file: string): Promise<{ readonly tensors: number }> {
  // Methods look at the shapes of their inputs on the current backend.
  await startEngine('wasm');
  const model = benchModel(job.shape, job.batch);
  const method = createMethod(job, rowNamed(job.row), model);
  const { optimizer: _moments, ...state } = initialState(method, await model.initial());
  const { input, target } = randomBatch(job.shape, job.batch);
  const tensors: HostRecord = {
    ...flattenState(state),
    ...Object.fromEntries(Object.entries(input).map(([name, tensor]) => [`input/${name}`, tensor])),
    labels: target['label']!,
  };
  const tokens = tokenCounts(model.backbone, input);
  for (let step = 0; step < job.warmup + job.repeats; step++) {
    for (const mask of Object.values(method.noise(step, job.batch, tokens))) tensors[`masks.${step}`] = mask;
  }
  writeSafetensors(file, tensors);
  return { tensors: Object.keys(tensors).length };
}
