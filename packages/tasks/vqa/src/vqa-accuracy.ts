/** The accuracy of VQA: how many people agree. */
import { normaliseAnswer, trimAnswer } from './answer-text.ts';

/** People of whom it is enough that they say the same. */
const enough = 3;

/**
 * Accuracy of a prediction in [0, 1]: the mean, over all people left out in turn, of min(1, those of the others who say
 * the same / 3). Texts are normalised unless all people wrote the same, as the official evaluator does.
 *
 * @param answers - what people wrote, ten in VQA v2; none gives 0
 */
export function vqaAccuracy(prediction: string, answers: readonly string[]): number {
  let said = trimAnswer(prediction);
  let given = answers.map(trimAnswer);
  if (new Set(given).size > 1) {
    said = normaliseAnswer(said);
    given = given.map(normaliseAnswer);
  }
  const people = given.length;
  const agreeing = given.filter((answer) => answer === said).length;
  if (people === 0) return 0;
  const without = agreeing * Math.min(1, (agreeing - 1) / enough);
  return (without + (people - agreeing) * Math.min(1, agreeing / enough)) / people;
}
