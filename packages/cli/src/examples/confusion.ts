/**
 * Which labels are taken for which.
 *
 * Letters: C labels of the task.
 */
import type { Task } from '@mdpd/core';
import type { Judged } from '@mdpd/distill/engine/judged';
import type { ShownExamples } from '@mdpd/report/shown-examples';
import type { JudgedPaths } from './example-kinds.ts';

type Confusion = NonNullable<ShownExamples['confusion']>;

/** Labels of the matrix. */
export const mostLabels = 20;
/** Answers to questions are compared where they are few: of thousands, twenty say nothing. */
const mostAnswers = 100;

/** Times that the label `expected` was taken for `predicted`, by expected · C + predicted. */
type Pairs = ReadonlyMap<number, number>;

/**
 * The matrix of a split's first `examples`; undefined where the task has no labels to be confused. Of many labels it has
 * those that have most to do with mistakes, in the order of the task.
 */
export function confusionOf(
  { head, labels }: Pick<Task, 'head' | 'labels'>,
  { faded, side }: JudgedPaths,
  examples: number,
): Confusion | undefined {
  const answers = head.kind === 'vqa' && labels.length <= mostAnswers;
  if ((head.kind !== 'classification' && !answers) || labels.length < 2) return undefined;
  const ofFaded = faded && countPairs(faded, labels.length, examples);
  const ofSide = side && countPairs(side, labels.length, examples);
  const counted = [ofFaded, ofSide].filter((pairs) => pairs !== undefined);
  if (counted.every((pairs) => pairs.size === 0)) return undefined;
  const shown = mostConfused(counted, labels.length);
  const rows = (pairs: Pairs): number[][] =>
    shown.map((expected) => shown.map((predicted) => pairs.get(expected * labels.length + predicted) ?? 0));
  return {
    labels: shown.map((label) => labels[label]!),
    hiddenLabels: labels.length - shown.length,
    ...(ofFaded ? { faded: rows(ofFaded) } : {}),
    ...(ofSide ? { side: rows(ofSide) } : {}),
  };
}

function countPairs({ expected, predicted }: Judged, labels: number, examples: number): Pairs {
  const pairs = new Map<number, number>();
  for (let index = 0; index < examples; index++) {
    if (expected[index]! < 0 || predicted[index]! < 0) continue;
    const pair = expected[index]! * labels + predicted[index]!;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}

/** Numbers of at most twenty labels, ascending: those with the most mistakes in their row and column, the first of equal ones. */
function mostConfused(counted: readonly Pairs[], labels: number): number[] {
  const all = Array.from({ length: labels }, (_, label) => label);
  if (labels <= mostLabels) return all;
  const mistakes = new Float64Array(labels);
  for (const pairs of counted) {
    for (const [pair, times] of pairs) {
      const [expected, predicted] = [Math.floor(pair / labels), pair % labels];
      if (expected === predicted) continue;
      mistakes[expected]! += times;
      mistakes[predicted]! += times;
    }
  }
  const order = all.sort((a, b) => mistakes[b]! - mistakes[a]! || a - b);
  return order.slice(0, mostLabels).sort((a, b) => a - b);
}
