/** Going on where a run was stopped: what the training loop asks of whatever keeps its states. */
import type { HostTensor, TrainState, TrainStateHost } from '@mdpd/core';
import { MdpdError } from '@mdpd/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LossHistory } from './spike-guard.ts';

/** What training changes, and what fades: the frozen rest is read again from the backbone. */
export const keptParts = ['trained', 'side', 'optimizer'] as const;

/** Time figures of a run up to a step, over all the processes that took part. */
export interface RunTiming {
  /** Of the loop, evaluations and data loading included. */
  readonly seconds: number;
  /** Of the steps that count for the rate: without those that warm up. */
  readonly timedSeconds: number;
  readonly timedSteps: number;
  /** Of all steps. */
  readonly stepSeconds: number;
  readonly peakRssBytes: number;
}

/** A state between two steps. Everything else that a step reads follows from the recipe and the number of the step. */
export interface ResumedState {
  /** Steps that are done. */
  readonly step: number;
  /** Measured shallow/deep boundary by stream, where the method had it measured. */
  readonly boundary: Readonly<Record<string, number>> | undefined;
  readonly state: Pick<TrainStateHost, (typeof keptParts)[number]>;
  readonly timing: RunTiming;
  /** Losses of late, where a guard against spikes remembers them. */
  readonly losses?: LossHistory | undefined;
}

/** The state after a step, still on the executor. */
export interface Snapshot {
  /** Steps that are done. */
  readonly step: number;
  readonly steps: number;
  readonly boundary: Readonly<Record<string, number>> | undefined;
  readonly state: TrainState;
  readonly timing: RunTiming;
  readonly losses?: LossHistory | undefined;
  read(tensor: Tensor): Promise<HostTensor>;
}

export interface Checkpoints {
  /** Where to go on; undefined: at the start. */
  readonly resumed?: ResumedState;
  /**
   * A step is done and its record written; its evaluation, where one is due, comes next, here or after going on. From now
   * on this is the place that `save` is asked to keep. Says whether it is to be kept at once.
   */
  reached(step: number): boolean;
  /** Keeps the place that was reached last. */
  save(snapshot: Snapshot): Promise<void>;
}

/**
 * `fresh` with the tensors of a kept state, whose names and shapes must be the same.
 * @throws CHECKPOINT_MISMATCH
 */
export function restore(fresh: TrainStateHost, { state, step }: ResumedState): TrainStateHost {
  for (const part of keptParts) {
    const wanted = describe(fresh[part]);
    const found = describe(state[part]);
    const wrong = [...new Set([...wanted.keys(), ...found.keys()])].filter(
      (name) => wanted.get(name) !== found.get(name),
    );
    if (wrong.length === 0) continue;
    const name = wrong[0]!;
    throw new MdpdError(
      'CHECKPOINT_MISMATCH',
      `${wrong.length} tensors of the checkpoint are not those of this recipe: ${part}/${name} is ${found.get(name) ?? 'missing'}`,
      {
        place: `the checkpoint of step ${step}`,
        allowed: `${part}/${name}: ${wanted.get(name) ?? 'not there'}`,
        fix: 'train in another folder: this checkpoint is of another model or method',
      },
    );
  }
  // In the order of the fresh state: sums over all tensors are taken in it.
  const [trained, side, optimizer] = keptParts.map((part) =>
    Object.fromEntries(Object.keys(fresh[part]).map((name) => [name, state[part][name]!])),
  );
  return { frozen: fresh.frozen, trained: trained!, side: side!, optimizer: optimizer! };
}

/** Type and shape by name, as text. */
function describe(record: Readonly<Record<string, HostTensor>>): Map<string, string> {
  return new Map(
    Object.entries(record).map(([name, { dtype, shape }]) => [name, `${dtype} [${shape.join(', ')}]`]),
  );
}
