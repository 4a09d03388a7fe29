/** What was found of a split, for tests. */
import type { Judged } from '@mdpd/distill/engine/judged';

export interface JudgedExample {
  readonly right?: boolean;
  readonly expected?: number;
  readonly predicted?: number;
  readonly probability?: number;
}

/** `Judged` of these examples; what is left out is not known. */
export function judgedOf(examples: readonly JudgedExample[]): Judged {
  return {
    right: Int8Array.from(examples, ({ right }) => (right === undefined ? -1 : Number(right))),
    expected: Int32Array.from(examples, ({ expected = -1 }) => expected),
    predicted: Int32Array.from(examples, ({ predicted = -1 }) => predicted),
    probability: Float32Array.from(examples, ({ probability = NaN }) => probability),
  };
}
