/**
 * How far training has moved the norms of a backbone.
 *
 * Letters: L blocks.
 */
import type { Backbone, HostRecord, SeenLayers } from '@mdpd/core';
import { blockRange } from '../token-counts.ts';

/** ‖θ − θ_0‖ and ‖θ_0‖, squared, of the norms of a block. */
interface Squares {
  moved: number;
  whole: number;
}

/**
 * ‖θ − θ_0‖ / ‖θ_0‖ of all norm parameters of a block, by stream, for the blocks 1 … L; null where the block does not change
 * the stream, or has no norms. What is not among the trained tensors by its own name has not moved.
 */
export async function normDrift(
  backbone: Backbone,
  { state, initialNorms, read }: Pick<SeenLayers, 'state' | 'initialNorms' | 'read'>,
): Promise<Record<string, (number | null)[]>> {
  const sums: Record<string, (Squares | null)[]> = Object.fromEntries(
    Object.keys(backbone.streams).map((stream) => [stream, new Array<null>(backbone.blocks).fill(null)]),
  );
  const isChanged = (stream: string, block: number): boolean => {
    const [first, end] = blockRange(backbone, stream);
    return block >= first && block < end;
  };
  for (const { name, kind, stage, stream: own } of backbone.parameters) {
    if (kind !== 'norm' || typeof stage !== 'number') continue;
    const before = initialNorms[name]!;
    const tensor = state.trained[name];
    const squares = squaresOf(before, tensor && (await read(tensor)));
    for (const [stream, found] of Object.entries(sums)) {
      if ((own !== undefined && own !== stream) || !isChanged(stream, stage)) continue;
      const sum = (found[stage] ??= { moved: 0, whole: 0 });
      sum.moved += squares.moved;
      sum.whole += squares.whole;
    }
  }
  return Object.fromEntries(
    Object.entries(sums).map(([stream, found]) => [stream, found.map((sum) => sum && shareOf(sum))]),
  );
}

/** Without values after it, a parameter is where it was. */
function squaresOf(before: HostRecord[string], after: HostRecord[string] | undefined): Squares {
  const sum: Squares = { moved: 0, whole: 0 };
  before.data.forEach((value, index) => {
    sum.whole += value ** 2;
    sum.moved += ((after?.data[index] ?? value) - value) ** 2;
  });
  return sum;
}

const shareOf = ({ moved, whole }: Squares): number | null => (whole > 0 ? Math.sqrt(moved / whole) : null);
