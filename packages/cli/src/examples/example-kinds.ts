/** How the models of a run did on every example of a split. */
import type { Judged } from '@mdpd/distill/engine/judged';
import { exampleKinds, type ExampleKind } from '@mdpd/report/shown-examples';

/** What was found of a split, by path. */
export type JudgedPaths = { readonly faded?: Judged; readonly side?: Judged };

/** Kind of an example; undefined where a model's answer is neither right nor wrong. */
export function kindOf({ faded, side }: JudgedPaths, index: number): ExampleKind | undefined {
  const [ships, taught] = [faded?.right[index], side?.right[index]];
  const own = ships ?? taught ?? -1;
  if (own < 0 || taught === -1) return undefined;
  if (taught === undefined || taught === own) return own === 1 ? 'right' : 'wrong';
  return own === 1 ? 'mended' : 'broken';
}

/** How many of the first `examples` are of each kind, in the order of `exampleKinds`; undefined where none is of any. */
export function countKinds(
  judged: JudgedPaths,
  examples: number,
): Partial<Record<ExampleKind, number>> | undefined {
  const counts = new Map<ExampleKind, number>();
  for (let index = 0; index < examples; index++) {
    const kind = kindOf(judged, index);
    if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  // `mended` and `broken` mean something with both models alone.
  const told = judged.faded && judged.side ? exampleKinds : exampleKinds.slice(0, 2);
  return Object.fromEntries(told.map((kind) => [kind, counts.get(kind) ?? 0]));
}
