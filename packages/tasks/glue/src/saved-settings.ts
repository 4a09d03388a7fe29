/** What a saved model says about its task besides its classes, so that `predict` reads texts as training did. */
import type { JsonObject } from '@mdpd/core';
import { answerStyles, type AnswerStyle } from './glue-answers.ts';

/** Beside the model; Hugging Face takes no notice of it. */
export const settingsFile = 'mdpd_text.json';

export interface SavedSettings {
  /** Task of GLUE. */
  readonly task?: string;
  /** How many sentences an example has. */
  readonly sentences: 1 | 2;
  readonly maxLength: number;
  /** Of models that answer in words, whose config.json says neither: what they answer. */
  readonly kind?: 'classification' | 'regression';
  readonly labels?: readonly string[];
  /** Most tokens of an answer, its end included. */
  readonly answerTokens?: number;
  /** How a task of GLUE is asked and answered; default `digits`. */
  readonly answers?: AnswerStyle;
}

/** Content of the file. */
export function savedSettings(settings: SavedSettings): JsonObject {
  const { labels, ...rest } = settings;
  return { ...rest, ...(labels ? { labels: [...labels] } : {}) };
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0;

/** Settings of a saved model; what is missing or of another kind is left out. */
export function readSettings(file: JsonObject | undefined): Partial<SavedSettings> {
  const { task, sentences, maxLength, kind, labels, answerTokens, answers } = file ?? {};
  const style = answerStyles.find((each) => each === answers);
  const named = Array.isArray(labels) && labels.every((label) => typeof label === 'string');
  return {
    ...(typeof task === 'string' ? { task } : {}),
    ...(sentences === 1 || sentences === 2 ? { sentences } : {}),
    ...(isCount(maxLength) ? { maxLength } : {}),
    ...(kind === 'classification' || kind === 'regression' ? { kind } : {}),
    ...(named && labels.length > 0 ? { labels: labels as string[] } : {}),
    ...(isCount(answerTokens) && answerTokens <= 4096 ? { answerTokens } : {}),
    ...(style ? { answers: style } : {}),
  };
}
