/** The answer to give where nothing is looked at. */
import type { ConstantAnswer } from '@mdpd/core';
import type { AnswerVocabulary } from './answer-vocabulary.ts';
import type { QuestionList } from './questions.ts';

/** The answer of the vocabulary that scores most over the training questions; the first of equal ones. */
export function majorityAnswer(questions: QuestionList, vocabulary: AnswerVocabulary): ConstantAnswer {
  const { answers } = vocabulary;
  const sums = new Float64Array(answers.length);
  for (let index = 0; index < questions.size; index++)
    for (const [answer, score] of vocabulary.scores(questions.at(index))) sums[answer]! += score;
  // No more than some hundred thousand arguments can be spread.
  const best = sums.reduce((most, sum, index) => (sum > sums[most]! ? index : most), 0);
  const output = Float32Array.from(answers, (_, index) => Number(index === best));
  return { name: `always answering "${answers[best]}"`, output };
}
