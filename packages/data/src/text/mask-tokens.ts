/**
 * Hides tokens that are to be guessed, as BERT does.
 *
 * Source: Devlin et al. 2019, section 3.1: 15 % of the tokens, of which 80 % become [MASK], 10 % another token and 10 %
 * stay, so that every token might be wrong.
 */
import type { RandomSource } from '@mdpd/core';
import { noLabel } from '@mdpd/tensor/token-losses';

/** Which tokens are hidden, and what may stand in their place. */
export interface MaskingRules {
  /** Share of the tokens that are to be guessed. */
  readonly ratio: number;
  /** Id of [MASK]. */
  readonly maskId: number;
  /** Ids are below this. */
  readonly vocabSize: number;
  /** Ids that are neither hidden nor put in another's place. */
  readonly special: ReadonlySet<number>;
}

/** Share of the chosen tokens that become [MASK], and that become another token. */
const [hidden, replaced] = [0.8, 0.1];

/** `count` of `places`, in the order in which they are drawn. `places` is shuffled as far as needed. */
function draw(places: number[], count: number, random: RandomSource): number[] {
  for (let index = 0; index < count; index++) {
    const other = index + random.integer(places.length - index);
    [places[index], places[other]] = [places[other]!, places[index]!];
  }
  return places.slice(0, count);
}

function anyToken({ vocabSize, special }: MaskingRules, random: RandomSource): number {
  let id = random.integer(vocabSize);
  while (special.has(id)) id = random.integer(vocabSize);
  return id;
}

/**
 * Chooses tokens of an example and hides them in place. At least one is chosen where any is not special.
 *
 * @param ids - the example's tokens; changed
 * @returns for every token the one that stood there, or −100 where nothing is to be guessed
 */
export function maskTokens(ids: Int32Array, rules: MaskingRules, random: RandomSource): Int32Array {
  const labels = new Int32Array(ids.length).fill(noLabel);
  const places = [...ids.keys()].filter((place) => !rules.special.has(ids[place]!));
  if (places.length === 0) return labels;
  const count = Math.max(1, Math.round(rules.ratio * places.length));
  for (const place of draw(places, count, random)) {
    labels[place] = ids[place]!;
    const fate = random.next();
    if (fate < hidden) ids[place] = rules.maskId;
    else if (fate < hidden + replaced) ids[place] = anyToken(rules, random);
  }
  return labels;
}
