/** The user's own texts as questions and answers in words, for backbones with a decoder. */
import type { AnswerSpec } from './answer-codec.ts';

/** Two decimals at most: an answer in words is no place for more. */
export function answeredScore(score: number): string {
  return String(Number(score.toFixed(2)));
}

/**
 * A text as it is, a pair with a word before each; the class's name as the answer, or the score in digits.
 */
export function textAnswers(
  what:
    { readonly words: readonly string[] } | { readonly samples: readonly string[]; readonly tokens?: number },
): AnswerSpec {
  return {
    compose: ([first, second]) => (second === undefined ? first : `sentence1: ${first} sentence2: ${second}`),
    score: answeredScore,
    ...what,
  };
}
