/** The box to give where nothing is looked at. */
import type { ConstantAnswer } from '@mdpd/core';
import type { RowList } from '@mdpd/data/row-list';
import { toShares } from './box-geometry.ts';
import type { Expression } from './expressions.ts';

const logit = (share: number): number => Math.log(share / (1 - share));

/** Keeps the logits finite where every box is the whole image. */
const most = 1 - 1e-6;

/** Mean centre, width and height of the boxes, as raw values of the head. Undefined where there are none. */
export function meanBox(expressions: RowList<Pick<Expression, 'box' | 'size'>>): ConstantAnswer | undefined {
  if (expressions.size === 0) return undefined;
  const sums = [0, 0, 0, 0];
  for (let index = 0; index < expressions.size; index++) {
    const { box, size } = expressions.at(index);
    toShares(box, size).forEach((share, at) => (sums[at]! += share));
  }
  const output = Float32Array.from(sums, (sum) =>
    logit(Math.min(Math.max(sum / expressions.size, 1 - most), most)),
  );
  return { name: 'the mean box of the training examples', output };
}
