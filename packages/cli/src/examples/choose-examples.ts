/** Which examples of a split are shown. */
import { createRandom, shuffle } from '@mdpd/tensor/random';
import { exampleKinds, type ExampleKind } from '@mdpd/report/shown-examples';
import { kindOf, type JudgedPaths } from './example-kinds.ts';

/** Examples that a page shows. */
export const mostShown = 32;

/** An example, and why it is shown. */
export interface ChosenExample {
  readonly kind: ExampleKind;
  readonly index: number;
}

/** How sure the model was whose mistake an example shows; 0 where none made any, or nothing says how sure it was. */
function surety({ faded, side }: JudgedPaths, { kind, index }: ChosenExample): number {
  if (kind === 'right') return 0;
  const mistaken = kind === 'mended' ? side : (faded ?? side);
  return mistaken!.probability[index]! || 0;
}

/**
 * At most `mostShown` of the first `examples`, some of every kind, by kind. Of mistakes the surest come first; labels take
 * turns, so that one that is often mistaken does not crowd out the others; the seed decides the rest.
 */
export function chooseExamples(judged: JudgedPaths, examples: number, seed: number): ChosenExample[] {
  const order = shuffle(createRandom(seed, 'shown examples'), examples);
  const byKind = new Map<ExampleKind, ChosenExample[]>();
  for (const index of order) {
    const kind = kindOf(judged, index);
    if (!kind) continue;
    const found = byKind.get(kind);
    if (found) found.push({ kind, index });
    else byKind.set(kind, [{ kind, index }]);
  }
  const lists = exampleKinds.flatMap((kind) => {
    const found = byKind.get(kind);
    return found ? [inTurns(byLabel(judged, found))] : [];
  });
  const chosen = take(inTurns(lists), mostShown);
  return exampleKinds.flatMap((kind) => chosen.filter((each) => each.kind === kind));
}

/** Examples by the label that was right, the surest mistakes of each first; labels in the order of their first. */
function byLabel({ faded, side }: JudgedPaths, examples: readonly ChosenExample[]): ChosenExample[][] {
  const labels = (faded ?? side)!.expected;
  const sure = (each: ChosenExample): number => surety({ faded, side }, each);
  // Stable: of equally sure ones the seed decides.
  const sorted = [...examples].sort((a, b) => sure(b) - sure(a));
  const groups = new Map<number, ChosenExample[]>();
  for (const each of sorted) {
    const label = labels[each.index]!;
    const group = groups.get(label);
    if (!group) groups.set(label, [each]);
    else if (group.length < mostShown) group.push(each);
  }
  return [...groups.values()];
}

/** The first of every list, then the second of every list, and so on, as many as can be shown. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const turns: T[] = [];
  for (let turn = 0; turns.length < mostShown; turn++) {
    const next = lists.flatMap((list) => (turn < list.length ? [list[turn]!] : []));
    if (next.length === 0) break;
    turns.push(...next);
  }
  return take(turns, mostShown);
}

const take = <T>(list: readonly T[], count: number): T[] => list.slice(0, count);
