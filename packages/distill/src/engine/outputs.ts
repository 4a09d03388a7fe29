/**
 * What a model says about a batch: logits, or generated answers where its task reads those.
 *
 * Letters: B batch, N tokens, C outputs, T most tokens of an answer.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batch, Executor, Generation, HostRecord, Task, TensorRecord } from '@mdpd/core';
import { prepareGenerator } from '@mdpd/tensor/generate';
import { disposeRecord, uploadRecord } from './state.ts';

export interface AnsweringModel<P> {
  /** Logits [B, C] or [B, N, C] of its parameters and a batch's inputs. Pure. */
  readonly forward: (params: P, input: Readonly<TensorRecord>) => Tensor;
  /** How it answers in words. */
  readonly generation?: Generation<P>;
}

export interface Outputs<P> {
  /** Logits [B, C] or [B, N, C], or ids of answers [B, T]; row-major. */
  of(params: P, batch: Pick<Batch, 'input'>): Promise<Float32Array>;
  /** What makes metrics and predictions of them. */
  readonly reader: Pick<Task, 'metrics' | 'decode' | 'judge'>;
  /** Frees what was prepared, once. */
  release(): Promise<void>;
}

/** Prepares a model for batches of a task. */
export function prepareOutputs<P>(
  executor: Executor,
  name: string,
  { forward, generation }: AnsweringModel<P>,
  task: Pick<Task, 'metrics' | 'decode' | 'judge' | 'answers'>,
): Outputs<P> {
  const { answers } = task;
  if (answers && generation) {
    const generator = prepareGenerator(executor, generation, { maxNewTokens: answers.tokens });
    return {
      reader: answers,
      of: (params, { input }) =>
        withInput(executor, input, async (given) =>
          Float32Array.from((await generator.run(params, given)).data),
        ),
      release: () => generator.release(),
    };
  }
  const run = executor.prepare(name, forward);
  return {
    reader: task,
    of: (params, { input }) =>
      withInput(executor, input, async (given) => {
        const logits = await run(params, given);
        const { data } = await executor.read(logits);
        logits.dispose();
        return data as Float32Array;
      }),
    release: () => run.release(),
  };
}

async function withInput<T>(
  executor: Executor,
  host: HostRecord,
  use: (input: TensorRecord) => Promise<T>,
): Promise<T> {
  const input = uploadRecord(executor, host);
  try {
    return await use(input);
  } finally {
    disposeRecord(input);
  }
}
