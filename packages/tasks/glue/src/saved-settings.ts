/** What a saved model says about its task besides its classes, so that `predict` reads texts as training did. */
import type { JsonObject } from '@mdpd/core';

/** Beside the model; Hugging Face takes no notice of it. */
export const settingsFile = 'mdpd_text.json';

export interface SavedSettings {
  /** Task of GLUE. */
  readonly task?: string;
  /** How many sentences an example has. */
  readonly sentences: 1 | 2;
  readonly maxLength: number;
}

/** Content of the file. */
export function savedSettings(settings: SavedSettings): JsonObject {
  return { ...settings };
}

/** Settings of a saved model; what is missing or of another kind is left out. */
export function readSettings(file: JsonObject | undefined): Partial<SavedSettings> {
  const { task, sentences, maxLength } = file ?? {};
  return {
    ...(typeof task === 'string' ? { task } : {}),
    ...(sentences === 1 || sentences === 2 ? { sentences } : {}),
    ...(Number.isInteger(maxLength) && Number(maxLength) > 0 ? { maxLength: Number(maxLength) } : {}),
  };
}
