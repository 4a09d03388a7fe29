/** Opens a task of GLUE: its tokenizer, its splits, the order of its classes. */
import {
  MdpdError,
  type Dataset,
  type SplitName,
  type Task,
  type TaskContext,
  type TaskProvider,
} from '@mdpd/core';
import { answerEncoder } from './answer-encoder.ts';
import { glueAnswers, type AnswerStyle } from './glue-answers.ts';
import { aggregateGlue, glueBenchmark } from './glue-means.ts';
import { glueMetrics, gluePrimaryMetric } from './glue-metrics.ts';
import { glueSchema, type GlueData } from './glue-schema.ts';
import { glueSubmission } from './glue-server.ts';
import { openGlueSplits, type GlueSplits } from './glue-splits.ts';
import type { GlueContext } from './glue-tables.ts';
import { findGlueTask, glueTasks, type GlueTask } from './glue-tasks.ts';
import { labelOrder, matchLabels } from './label-order.ts';
import { readSettings, settingsFile } from './saved-settings.ts';
import { scoreUnit } from './score-loss.ts';
import { openEncoder, vocabularyOf, type SentenceEncoder } from './sentence-encoder.ts';
import { createSentenceTask, type TaskEncoder } from './sentence-task.ts';
import { openSavedText, savedLabels } from './saved-text.ts';

const defaultMaxLength = 128;

/** The task that a recipe names. Throws GLUE_TASK, also for AX. */
function trainableTask(name: string): GlueTask {
  const task = findGlueTask(name, 'data.task');
  if (task.name !== 'ax') return task;
  throw new MdpdError('GLUE_TASK', 'AX has neither training examples nor public labels', {
    place: 'data.task',
    fix: 'train mnli: its submission has the answers to AX',
    exitCode: 2,
  });
}

/** The encoder of a task: for a backbone with a decoder one that asks and answers in words. */
function encoderFor(
  encoder: SentenceEncoder,
  context: TaskContext,
  task: GlueTask,
  classes: readonly string[],
  style: AnswerStyle | undefined,
): TaskEncoder {
  return encoder.answers ? answerEncoder(encoder, context, glueAnswers(task, classes, style)) : encoder;
}

/** A saved model is asked as it was taught, whatever a recipe says. */
function styleOf({ data, labels, backboneFiles }: GlueContext): AnswerStyle | undefined {
  return labels === undefined ? data.answers : readSettings(backboneFiles[settingsFile]).answers;
}

interface OpenedSplits {
  readonly splits: Partial<Record<SplitName, Dataset>>;
  /** Of the training scores, where they are opened. */
  readonly unit?: number;
}

async function openDatasets(
  { splits: wanted }: GlueContext,
  task: GlueTask,
  splits: GlueSplits,
  encoder: TaskEncoder,
): Promise<OpenedSplits> {
  const target = task.kind === 'regression' ? 'score' : 'label';
  const opened: Partial<Record<SplitName, Dataset>> = {};
  let unit: number | undefined;
  for (const name of splits.names) {
    if (!(wanted?.includes(name) ?? true)) continue;
    const examples = await splits.open(name);
    if (name === 'train' && target === 'score') unit = scoreUnit(examples);
    opened[name] = await encoder.dataset(name, examples, target);
  }
  return { splits: opened, ...(unit === undefined ? {} : { unit }) };
}

async function openWithData(context: GlueContext): Promise<Task> {
  const { data, labels: saved, backbone, warn } = context;
  const task = trainableTask(data.task);
  const order = labelOrder(task, { saved, config: backbone.config, warn });
  const encoder = encoderFor(
    await openEncoder(context, data),
    context,
    task,
    order.classes,
    styleOf(context),
  );
  const splits = openGlueSplits(context, task, order.classes);
  const { splits: opened, unit } = await openDatasets(context, task, splits, encoder);
  const mismatched = splits.plan.test?.some((portion) => portion.mismatched) ?? false;
  return createSentenceTask({
    name: 'glue',
    task: task.name,
    kind: task.kind,
    labels: order.labels,
    splits: opened,
    primaryMetric: gluePrimaryMetric(task, mismatched),
    metrics: () => glueMetrics({ task, labels: order.classes, mismatched }),
    ...(unit === undefined ? {} : { unit }),
    encoder,
    ...vocabularyOf(context),
    sentences: task.sentences,
    ...(data.train === undefined && data.validation === undefined
      ? { submission: glueSubmission(context, task, order.classes, encoder) }
      : {}),
  });
}

/** The task of GLUE that a saved model was trained for: the one that it names, else one that has its classes. */
function savedTask(name: string | undefined, labels: readonly string[]): GlueTask | undefined {
  const named = glueTasks.find((task) => task.name === name && task.labels.length === labels.length);
  return named ?? glueTasks.find((task) => matchLabels(task, labels) !== undefined);
}

/** A saved model alone: it reads what a user types. */
async function openSaved(context: TaskContext<GlueData>): Promise<Task> {
  const settings = readSettings(context.backboneFiles[settingsFile]);
  const labels = savedLabels(context, settings);
  const task = savedTask(settings.task, labels);
  const encoder = await openEncoder(context, { maxLength: settings.maxLength ?? defaultMaxLength });
  if (!task) return openSavedText('glue', context, encoder);
  const classes = matchLabels(task, labels)?.classes ?? task.labels;
  return createSentenceTask({
    name: 'glue',
    task: task.name,
    kind: task.kind,
    labels,
    splits: {},
    primaryMetric: gluePrimaryMetric(task, false),
    metrics: () => glueMetrics({ task, labels: classes }),
    encoder: encoderFor(encoder, context, task, classes, settings.answers),
    ...vocabularyOf(context),
    sentences: task.sentences,
  });
}

export const glueProvider: TaskProvider<GlueData> = {
  name: 'glue',
  description: 'classes and scores of sentences and pairs: the tasks of GLUE',
  dataSchema: glueSchema,
  open: (context) => (context.data ? openWithData({ ...context, data: context.data }) : openSaved(context)),
  aggregate: aggregateGlue,
  benchmark: glueBenchmark,
};
