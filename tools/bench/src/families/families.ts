/** The families of backbones that the bench has; PyTorch's are in tools/oracles/bench/families.py. */
import type { ModelShape } from '../shapes.ts';
import { bert } from './bert.ts';
import type { BenchFamily } from './family.ts';
import { vilt } from './vilt.ts';
import { vit } from './vit.ts';

type Families = {
  readonly [Name in ModelShape['family']]: BenchFamily<Extract<ModelShape, { family: Name }>>;
};

export const families: Families = { vit, bert, vilt };

export function familyOf({ family }: ModelShape): BenchFamily {
  return families[family] as BenchFamily;
}
