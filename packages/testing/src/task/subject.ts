/** What the task checks look at. */
import type { HostTensor, InputSpec, Task } from '@mdpd/core';
import { hostTensor, sizeOf } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';

export interface TaskSubject {
  /** Opened with every split that it can have; a handful of examples each is enough. */
  readonly task: Task;
  /** What the task was opened for: the inputs of the backbone. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Whether the data are augmented: then epochs, views and seeds show different examples. */
  readonly augments: boolean;
  /** What `encode` reads, at least two inputs. */
  readonly readable: readonly string[];
  /** What `encode` must refuse, each with the text that the command line then prints. */
  readonly unreadable: readonly { readonly inputs: readonly string[]; readonly text: string }[];
}

/** Outputs [rows, C] in about [−2, 2], the same for the same label. */
export function someOutputs(task: Task, rows: number, label: string): HostTensor {
  const random = createRandom(3, label);
  const shape = [rows, task.head.outputs];
  return hostTensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );
}

export const plainly = { augment: false, seed: 0, epoch: 0 } as const;

/** 0 … count − 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
