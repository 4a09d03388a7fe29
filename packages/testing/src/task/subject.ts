/**
 * What the task checks look at.
 *
 * Letters: B batch, N tokens, C outputs.
 */
import type { HostRecord, HostTensor, InputSpec, Task } from '@mdpd/core';
import { hostTensor, sizeOf } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';

/** An opened task to be checked, with what it reads and what it refuses. */
export interface TaskSubject {
  /** Opened with every split that it can have; a handful of examples each is enough. */
  readonly task: Task;
  /** What the task was opened for: the inputs of the backbone. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Whether the data are augmented: then epochs, views and seeds show different examples. */
  readonly augments: boolean;
  /** Whether augmentation also chooses what is asked, as hidden words are: then targets may change with it. */
  readonly asksAnew?: boolean;
  /** What `encode` reads, at least two inputs. */
  readonly readable: readonly string[];
  /** What `encode` must refuse, each with the text that the command line then prints. */
  readonly unreadable: readonly { readonly inputs: readonly string[]; readonly text: string }[];
  /** Metrics that are no shares or correlations: errors on the scale of the scores. */
  readonly unbounded?: readonly string[];
}

/** Whether the head reads every token. */
export function readsTokens({ head }: Pick<Task, 'head'>): boolean {
  return head.kind === 'maskedLm' || head.kind === 'seq2seq';
}

/** Labels of examples, [B], or of their tokens, [B, N]; undefined for scores. */
export function labelsOf(task: Task, target: HostRecord): HostTensor | undefined {
  const rank = readsTokens(task) ? 2 : 1;
  const named = target[readsTokens(task) ? 'labels' : 'label'];
  return (
    named ?? Object.values(target).find(({ shape, dtype }) => dtype === 'int32' && shape.length === rank)
  );
}

/** Shape of the outputs of `rows` examples: [B, C], or [B, N, C] where the head reads tokens. */
export function outputShape(task: Task, rows: number, target: HostRecord): number[] {
  if (!readsTokens(task)) return [rows, task.head.outputs];
  return [rows, labelsOf(task, target)!.shape[1]!, task.head.outputs];
}

/** Outputs in about [−2, 2], the same for the same label: [B, C], or [B, N, C]. */
export function someOutputs(task: Task, rows: number, label: string, target: HostRecord): HostTensor {
  const random = createRandom(3, label);
  const shape = outputShape(task, rows, target);
  return hostTensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );
}

/** Loads examples as they are. */
export const plainly = { augment: false, seed: 0, epoch: 0 } as const;

/** 0 … count − 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
