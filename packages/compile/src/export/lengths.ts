/**
 * Lengths that depend on sizes, found from two examples of both. Letters: B batch, N tokens.
 */

/** A size, given by its place, and what is added to it. */
export interface Factor {
  readonly size: number;
  readonly plus: number;
}

/** `times` · the product of some sizes, of which numbers of tokens may be longer by a fixed number (patches, CLS). */
export interface Product {
  readonly times: number;
  readonly of: readonly Factor[];
}

/** A fixed length, or one that depends on sizes. */
export type Length = number | Product;

export const sameLength = (a: Length | undefined, b: Length): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/**
 * What a length is that is `length` for the sizes `first` and `twin` for the sizes `second`: the only way in which it
 * can be c · the product of some sizes; else, where there is one number of tokens alone, c · such a product · (tokens +
 * another number); undefined where there is no way, or more than one. The first size is the batch.
 */
export function lengthFrom(
  first: readonly number[],
  second: readonly number[],
  length: number,
  twin: number,
): Length | undefined {
  if (length === twin) return length;
  const choices = subsets(first.length);
  const ways = choices.flatMap((of): Product[] => {
    const times = length / product(of, first);
    const isWay = Number.isInteger(times) && times === twin / product(of, second);
    return isWay ? [{ times, of: of.map((size) => ({ size, plus: 0 })) }] : [];
  });
  // Of two numbers of tokens, sums of both could be taken for one with another number.
  if (ways.length > 0 || first.length > 2) return ways.length === 1 ? ways[0] : undefined;
  const longer = choices.flatMap((of) =>
    of.flatMap((size) => longerBy(first, second, [length, twin], of, size)),
  );
  // Sizes are primes: a length that can be divided by more of them has them as factors.
  const most = Math.max(...longer.map(({ of }) => of.length));
  const best = longer.filter(({ of }) => of.length === most);
  return best.length === 1 ? best[0] : undefined;
}

/** The length as c · the product of the sizes `of`, of which `size`, no batch, is longer: one way, or none. */
function longerBy(
  first: readonly number[],
  second: readonly number[],
  [length, twin]: readonly [number, number],
  of: readonly number[],
  size: number,
): Product[] {
  if (size === 0) return [];
  const others = of.filter((each) => each !== size);
  const [rest, twinRest] = [length / product(others, first), twin / product(others, second)];
  const times = (rest - twinRest) / (first[size]! - second[size]!);
  const plus = rest / times - first[size]!;
  const isWay = [rest, twinRest, times, plus].every(Number.isInteger) && times > 0 && plus > 0;
  return isWay ? [{ times, of: of.map((each) => ({ size: each, plus: each === size ? plus : 0 })) }] : [];
}

const product = (of: readonly number[], sizes: readonly number[]): number =>
  of.reduce((result, place) => result * sizes[place]!, 1);

/** Every choice of at least one of `count` places. */
const subsets = (count: number): number[][] =>
  Array.from({ length: 2 ** count - 1 }, (_, bits) =>
    Array.from({ length: count }, (__, place) => place).filter((place) => ((bits + 1) >> place) & 1),
  );
