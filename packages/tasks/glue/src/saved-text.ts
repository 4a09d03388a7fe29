/** A saved model of texts alone, without data: it reads what a user types. */
import { MdpdError, type Task, type TaskContext } from '@mdpd/core';
import { readSettings, settingsFile } from './saved-settings.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';
import { createSentenceTask } from './sentence-task.ts';
import { textMetrics } from './text-metrics.ts';

/** Class names of a saved model. Throws DATA_CLASSES where it has none. */
export function savedLabels({ labels = [] }: Pick<TaskContext, 'labels'>): readonly string[] {
  if (labels.length > 0) return labels;
  throw new MdpdError('DATA_CLASSES', 'the model does not say which classes it has', {
    allowed: 'config.json with id2label',
  });
}

/** Whether a saved model gives a score: its config.json says so. */
export function isScoreModel({ backbone }: Pick<TaskContext, 'backbone'>): boolean {
  return backbone.config['problem_type'] === 'regression';
}

/** The task of a saved model: sentences or pairs as its settings say, else either. */
export function openSavedText(name: string, context: TaskContext, encoder: SentenceEncoder): Task {
  const labels = savedLabels(context);
  const kind = isScoreModel(context) ? 'regression' : 'classification';
  return createSentenceTask({
    name,
    kind,
    labels,
    splits: {},
    ...textMetrics(kind, labels.length),
    encoder,
    sentences: readSettings(context.backboneFiles[settingsFile]).sentences,
  });
}
