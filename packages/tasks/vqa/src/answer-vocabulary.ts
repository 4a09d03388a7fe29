/** Which answers a model can give, and how right each is to a question. */
import { MdpdError } from '@mdpd/core';
import { trimAnswer, vocabularyAnswer } from './answer-text.ts';
import type { Question, QuestionList } from './questions.ts';

/** How answers of the data become those of the vocabulary. */
export type AnswerForm = (answer: string) => string;

/** VQA v2 normalises what it counts; GQA and single answers are taken as they are. */
export const answerForms = { people: vocabularyAnswer, single: trimAnswer } as const;

/**
 * Answers that are right at least `minCount` times, in the order of their first appearance, as ViLT's.
 * Throws QUESTIONS_VOCABULARY where fewer than two are left.
 */
export function buildVocabulary(
  questions: QuestionList,
  { minCount, form, place }: { readonly minCount: number; readonly form: AnswerForm; readonly place: string },
): string[] {
  const counts = new Map<string, number>();
  for (let index = 0; index < questions.size; index++) {
    const { answer } = questions.at(index);
    if (answer === undefined) continue;
    const text = form(answer);
    if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const kept = [...counts].filter(([, count]) => count >= minCount).map(([text]) => text);
  if (kept.length >= 2) return kept;
  let most = 0;
  for (const count of counts.values()) most = Math.max(most, count);
  throw new MdpdError('QUESTIONS_VOCABULARY', `${kept.length} answers stand at least ${minCount} times`, {
    place,
    allowed: `two or more; there are ${counts.size}, the most frequent ${most} times`,
    fix: 'lower data.minCount',
    exitCode: 2,
  });
}

/** Of how many people must agree: one 0.3, two 0.6, three 0.9, four or more 1, as ViLT and METER score answers. */
const perPerson = 0.3;

export class AnswerVocabulary {
  readonly answers: readonly string[];
  private readonly numbers: ReadonlyMap<string, number>;

  constructor(answers: readonly string[]) {
    this.answers = answers;
    this.numbers = new Map(answers.map((answer, index) => [answer, index]));
  }

  /**
   * Scores by number of the answer, best first. People's answers count as they wrote them, as in ViLT; a single one is
   * right alone. Answers that the vocabulary lacks are left out.
   */
  scores({ answers }: Question): (readonly [number, number])[] {
    const counts = new Map<number, number>();
    for (const answer of answers) {
      const number = this.numbers.get(trimAnswer(answer));
      if (number !== undefined) counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    const score = (count: number): number => (answers.length === 1 ? 1 : Math.min(1, count * perPerson));
    return [...counts].sort((a, b) => b[1] - a[1]).map(([number, count]) => [number, score(count)] as const);
  }
}
