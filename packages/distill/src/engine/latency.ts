/** Median time of one batch for several models, measured in turns on one executor. */
import type { Batch, Executor, Params } from '@mdpd/core';
import type { Forward } from './evaluate.ts';
import { disposeRecord, uploadRecord } from './state.ts';

export interface LatencyJob {
  readonly executor: Executor;
  readonly models: Readonly<Record<string, { readonly forward: Forward; readonly params: Params }>>;
  readonly batch: Batch;
  /** Timed runs of each model, after two that are not. */
  readonly repeats?: number;
}

/** Milliseconds of a batch by model: the median, with models taking turns, so that drift hits all alike. */
export async function measureLatency({
  executor,
  models,
  batch,
  repeats = 15,
}: LatencyJob): Promise<Record<string, number>> {
  const input = uploadRecord(executor, batch.input);
  const runs = Object.entries(models).map(([name, { forward, params }]) => {
    const run = executor.prepare(`latency ${name}`, forward);
    const once = async (): Promise<number> => {
      const started = performance.now();
      const logits = await run(params, input);
      await executor.read(logits);
      const elapsed = performance.now() - started;
      logits.dispose();
      return elapsed;
    };
    return { name, times: [] as number[], once, release: () => run.release() };
  });
  for (let repeat = -2; repeat < repeats; repeat++) {
    for (const run of runs) {
      const elapsed = await run.once();
      if (repeat >= 0) run.times.push(elapsed);
    }
  }
  disposeRecord(input);
  await Promise.all(runs.map((run) => run.release()));
  return Object.fromEntries(runs.map(({ name, times }) => [name, median(times)]));
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
