/** How much of a difference chance may be, from the examples alone: another test split would have given another value. */

/** 95 of 100 lie within so many standard deviations. */
const wide = 1.96;

/** Metrics that are means of right (1) and wrong (0) answers, or of grades between. */
export function isMeanOfAnswers(metric: string): boolean {
  return arePairs(metric) || /accuracy|^precision@/i.test(metric);
}

/** Of these, metrics that are the same wherever predictions are: two boxes count as equal that overlap, and one may be right. */
export function arePairs(metric: string): boolean {
  return /accuracy$|^overall$|exact_match/i.test(metric);
}

/** By how much the mean of `examples` answers may be off. At most: grades between 0 and 1 vary less. */
export function chanceOfMean(share: number, examples: number): number {
  return examples > 0 ? wide * Math.sqrt(Math.max(0, share * (1 - share)) / examples) : 0;
}

/** By how much two means may differ that are of other runs: as if their answers had nothing to do with each other. */
export function chanceOfDifference(a: number, b: number, examples: number): number {
  return Math.hypot(chanceOfMean(a, examples), chanceOfMean(b, examples));
}

/** By how much two means may differ that are of the same examples: only where predictions differ can they. */
export function chanceOfPairs(agreement: number, examples: number): number {
  return examples > 0 ? wide * Math.sqrt(Math.max(0, 1 - agreement) / examples) : 0;
}
