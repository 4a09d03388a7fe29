/** Measures the shallow/deep boundary of a backbone on one batch. */
import type { Batch, HostRecord, TensorRecord } from '@mdpd/core';
import { boundaryOf, diagonality } from '../feature/boundary.ts';
import { disposeRecord, uploadRecord } from './state.ts';
import type { TrainingJob } from './train.ts';

/** Last shallow block by stream, or undefined where the backbone shows no attention maps. */
export async function measureBoundary(
  {
    backbone,
    executor,
    initial,
  }: Pick<TrainingJob, 'backbone' | 'executor'> & { readonly initial: HostRecord },
  batch: Batch,
): Promise<Record<string, number> | undefined> {
  if (!backbone.attention) return undefined;
  const params = uploadRecord(executor, initial);
  const input = uploadRecord(executor, batch.input);
  const measure = executor.prepare('diagonality', (weights: TensorRecord, given: TensorRecord) =>
    diagonality(backbone, weights, given),
  );
  const deltas = await measure(params, input);
  const boundary: Record<string, number> = {};
  for (const [stream, values] of Object.entries(deltas)) {
    boundary[stream] = boundaryOf([...(await executor.read(values)).data]);
  }
  [params, input, deltas].forEach(disposeRecord);
  await measure.release();
  return boundary;
}
