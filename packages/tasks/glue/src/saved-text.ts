/** A saved model of texts alone, without data: it reads what a user types. */
import { MdpdError, type Task, type TaskContext } from '@mdpd/core';
import { answerEncoder } from './answer-encoder.ts';
import { readSettings, settingsFile, type SavedSettings } from './saved-settings.ts';
import { vocabularyOf, type SentenceEncoder } from './sentence-encoder.ts';
import { createSentenceTask } from './sentence-task.ts';
import { textAnswers } from './text-answers.ts';
import { textMetrics } from './text-metrics.ts';

/** Class names of a saved model: of its config.json, or of its settings. Throws DATA_CLASSES where it has none. */
export function savedLabels(
  { labels = [] }: Pick<TaskContext, 'labels'>,
  settings: Partial<SavedSettings>,
): readonly string[] {
  if (labels.length > 0) return labels;
  if (settings.labels) return settings.labels;
  throw new MdpdError('DATA_CLASSES', 'the model does not say which classes it has', {
    allowed: 'config.json with id2label',
  });
}

/** The task of a saved model: sentences or pairs as its settings say, else either. */
export function openSavedText(name: string, context: TaskContext, encoder: SentenceEncoder): Task {
  const settings = readSettings(context.backboneFiles[settingsFile]);
  const labels = savedLabels(context, settings);
  const isScore = context.backbone.config['problem_type'] === 'regression';
  const kind = settings.kind ?? (isScore ? 'regression' : 'classification');
  const answers = textAnswers(
    kind === 'regression' ? { samples: [], tokens: settings.answerTokens } : { words: labels },
  );
  return createSentenceTask({
    name,
    kind,
    labels,
    splits: {},
    ...textMetrics(kind, labels.length),
    encoder: encoder.answers ? answerEncoder(encoder, context, answers) : encoder,
    ...vocabularyOf(context),
    sentences: settings.sentences,
  });
}
