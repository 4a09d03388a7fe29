/**
 * Which examples a run trains, chooses and tests on. The labels of GLUE's test splits are not public, so papers test
 * on validation examples, in one of two ways:
 *
 * `validation` tests on the whole validation split (and on both of MNLI's): what `run_glue.py` prints.
 *
 * `half` is what Compacter, LST and SHERL do: tasks of fewer than 10,000 training examples cut validation into halves,
 * to choose on and to test on; the others hold out 1,000 training examples to choose on; MNLI chooses on mismatched and
 * tests on matched examples. The cuts are theirs to the example: PyTorch's permutation, seed 42.
 */
import type { SplitName } from '@mdpd/core';
import type { GlueTask } from './glue-tasks.ts';
import { torchPermutation } from './torch-permutation.ts';

export const glueProtocols = ['validation', 'half'] as const;
export type GlueProtocol = (typeof glueProtocols)[number];

/** Training examples that large tasks hold out. */
const heldOut = 1000;

/** Some examples of a split of GLUE. */
export interface Portion {
  /** Name at Hugging Face. */
  readonly split: string;
  /** Which of `size` examples, in order; absent: all. */
  readonly select?: (size: number) => Int32Array;
  /** Whether its metrics are counted apart, as MNLI's mismatched ones. */
  readonly mismatched?: boolean;
}

/** Portions by the split of the task that they make up. */
export type GluePlan = Readonly<Partial<Record<SplitName, readonly Portion[]>>>;

/** First `of(size)` examples of the permutation, or the others. */
function cut(split: string, part: 'first' | 'rest', of: (size: number) => number, seed: number): Portion {
  return {
    split,
    select: (size) => {
      const order = torchPermutation(size, seed);
      return part === 'first' ? order.subarray(0, of(size)) : order.subarray(of(size));
    },
  };
}

function halfPlan(task: GlueTask, seed: number): GluePlan {
  if (task.name === 'mnli') {
    return {
      train: [{ split: 'train' }],
      validation: [{ split: 'validation_mismatched' }],
      test: [{ split: 'validation_matched' }],
    };
  }
  if (task.small) {
    const half = (size: number): number => Math.floor(size / 2);
    return {
      train: [{ split: 'train' }],
      validation: [cut('validation', 'first', half, seed)],
      test: [cut('validation', 'rest', half, seed)],
    };
  }
  // Copies with few examples, as tests have them, hold out half.
  const held = (size: number): number => Math.min(heldOut, Math.floor(size / 2));
  return {
    train: [cut('train', 'rest', held, seed)],
    validation: [cut('train', 'first', held, seed)],
    test: [{ split: 'validation' }],
  };
}

/** What a protocol makes of a task's splits. Nothing is read. */
export function planGlue(task: GlueTask, protocol: GlueProtocol, seed: number): GluePlan {
  if (protocol === 'half') return halfPlan(task, seed);
  const test: Portion[] =
    task.name === 'mnli'
      ? [{ split: 'validation_matched' }, { split: 'validation_mismatched', mismatched: true }]
      : [{ split: 'validation' }];
  return { train: [{ split: 'train' }], test };
}
