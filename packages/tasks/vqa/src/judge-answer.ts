/** Whether an answer to a question is right. */
import type { HostRecord, Judgement } from '@mdpd/core';
import { bestClass } from '@mdpd/data/class-outputs';
import { trimAnswer } from './answer-text.ts';
import type { Question } from './questions.ts';
import { vqaAccuracy } from './vqa-accuracy.ts';

/** Where several people answered, whether enough of them say the same for any score; else whether it is the one answer. */
export function isRightAnswer(prediction: string, { answers, answer }: Question): boolean {
  if (answers.length > 1) return vqaAccuracy(prediction, answers) > 0;
  return answer !== undefined && prediction === trimAnswer(answer);
}

/**
 * Outputs [C] beside the target's `question` [1] and `label` [1]. What is expected is the best answer of the vocabulary, or
 * the one of the data where the vocabulary has none; without a question nothing is said.
 */
export function judgeQuestion(
  output: Float32Array,
  { question: number, label }: HostRecord,
  answers: readonly string[],
  questionOf: (number: number) => Question,
): Judgement {
  if (!number) return {};
  const question = questionOf(number.data[0]!);
  const expected = answers[label?.data[0] ?? -1] ?? question.answer;
  if (expected === undefined) return {};
  return { expected, right: isRightAnswer(answers[bestClass(output)] ?? '', question) };
}
