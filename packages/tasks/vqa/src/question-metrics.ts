/**
 * Metrics of VQA and GQA, in [0, 1] where their evaluators print percent.
 *
 * Letters: C answers of the vocabulary.
 */
import type { MetricAccumulator } from '@mdpd/core';
import { bestClass } from '@mdpd/data/class-outputs';
import { trimAnswer } from './answer-text.ts';
import type { Question } from './questions.ts';
import { vqaAccuracy } from './vqa-accuracy.ts';

/** Means by name, in the order in which names are first seen. */
class Means {
  private readonly sums = new Map<string, { sum: number; count: number }>();

  constructor(names: readonly string[]) {
    for (const name of names) this.sums.set(name, { sum: 0, count: 0 });
  }

  add(name: string, value: number): void {
    const found = this.sums.get(name) ?? { sum: 0, count: 0 };
    this.sums.set(name, { sum: found.sum + value, count: found.count + 1 });
  }

  /** Those of the constructor first, then by name. */
  result(): Record<string, number> {
    const entries = [...this.sums].map(
      ([name, { sum, count }]) => [name, count === 0 ? 0 : sum / count] as const,
    );
    return Object.fromEntries(entries);
  }
}

/** Takes predictions instead of outputs. */
export interface AnswerMetrics {
  add(prediction: string, question: Question): void;
  result(): Record<string, number>;
}

/**
 * `overall`, and `perAnswerType.yes/no`, `.number`, `.other`; where they are asked for also
 * `perQuestionType.<first words>`.
 */
export function vqaMetrics({ perQuestionType = false } = {}): AnswerMetrics {
  const types = ['yes/no', 'number', 'other'].map((type) => `perAnswerType.${type}`);
  const means = new Means(['overall', ...types]);
  return {
    add(prediction, { answers, details: { answerType, questionType } }) {
      const score = vqaAccuracy(prediction, answers);
      means.add('overall', score);
      if (answerType !== undefined) means.add(`perAnswerType.${answerType}`, score);
      if (perQuestionType && questionType !== undefined) means.add(`perQuestionType.${questionType}`, score);
    },
    result: () => means.result(),
  };
}

/** `accuracy`: share of answers that are equal to the one of the data. */
export function exactMetrics(): AnswerMetrics {
  const means = new Means(['accuracy']);
  return {
    add: (prediction, { answer }) =>
      means.add('accuracy', Number(answer !== undefined && prediction === trimAnswer(answer))),
    result: () => means.result(),
  };
}

/** Answers by group, counted. */
type Histograms = Map<string, Map<string, number>>;

function count(histograms: Histograms, group: string, answer: string): void {
  const histogram = histograms.get(group) ?? new Map<string, number>();
  histograms.set(group, histogram.set(answer, (histogram.get(answer) ?? 0) + 1));
}

/** χ² of the predicted answers of every group, weighted by its size, / 100. */
function distribution(gold: Histograms, predicted: Histograms): number {
  let [weighted, total] = [0, 0];
  for (const [group, expected] of gold) {
    const size = [...expected.values()].reduce((sum, each) => sum + each, 0);
    for (const [answer, times] of expected)
      weighted += (size * ((predicted.get(group)?.get(answer) ?? 0) - times) ** 2) / times;
    total += size;
  }
  return total === 0 ? 0 : weighted / total / 100;
}

/**
 * Over the balanced questions, as eval.py of GQA: `accuracy`, `binary`, `open`, `distribution` (lower is better), and
 * `accuracyPerStructuralType.<type>`, `accuracyPerSemanticType.<type>`.
 */
export function gqaMetrics(): AnswerMetrics {
  const means = new Means(['accuracy', 'binary', 'open']);
  const [gold, predicted]: [Histograms, Histograms] = [new Map(), new Map()];
  return {
    add(prediction, { answer, details }) {
      if (details.balanced === false || answer === undefined) return;
      const right = Number(prediction === trimAnswer(answer));
      const { structural, semantic, group } = details;
      means.add('accuracy', right);
      if (structural !== undefined) {
        means.add(structural === 'query' ? 'open' : 'binary', right);
        means.add(`accuracyPerStructuralType.${structural}`, right);
      }
      if (semantic !== undefined) means.add(`accuracyPerSemanticType.${semantic}`, right);
      if (group === undefined) return;
      count(gold, group, answer);
      count(predicted, group, prediction);
    },
    result: () => ({ ...means.result(), distribution: distribution(gold, predicted) }),
  };
}

/** Reads outputs [rows, C]: the largest is the prediction; none, where all are NaN, is no answer. */
export function metricsOfOutputs(
  metrics: AnswerMetrics,
  answers: readonly string[],
  questionOf: (number: number) => Question,
): MetricAccumulator {
  return {
    add(output, target, rows) {
      const numbers = target['question']!.data;
      for (let row = 0; row < rows; row++) {
        const best = bestClass(output, row * answers.length, answers.length);
        metrics.add(answers[best] ?? '', questionOf(numbers[row]!));
      }
    },
    result: () => metrics.result(),
  };
}
