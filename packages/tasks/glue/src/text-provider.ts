/** Opens the user's own texts: tables, their classes or scores, and the shares that are cut from training. */
import {
  MdpdError,
  type Dataset,
  type SplitName,
  type Task,
  type TaskContext,
  type TaskProvider,
  type TextTable,
} from '@mdpd/core';
import { openTable } from '@mdpd/data/text/open-table';
import { createRandom, shuffle } from '@mdpd/tensor/random';
import { answerEncoder } from './answer-encoder.ts';
import { limitOf } from './glue-splits.ts';
import { scoreLabel } from './glue-tasks.ts';
import { readSettings, settingsFile, type SavedSettings } from './saved-settings.ts';
import { openSavedText } from './saved-text.ts';
import { scoreUnit } from './score-loss.ts';
import { openEncoder, vocabularyOf, type SentenceEncoder } from './sentence-encoder.ts';
import { createSentenceTask, type TaskEncoder } from './sentence-task.ts';
import { answeredScore, textAnswers } from './text-answers.ts';
import { classReader, trainingClasses } from './text-classes.ts';
import { limitExamples, selectExamples, type TextExamples } from './text-examples.ts';
import { textMetrics } from './text-metrics.ts';
import { examplesOf, readRows, type ReadRows } from './text-rows.ts';
import { textColumns, textSchema, type TextData } from './text-schema.ts';

const splitNames: readonly SplitName[] = ['train', 'validation', 'test', 'unlabelled'];
const defaultMaxLength = 128;

type TextContext = TaskContext<TextData> & { readonly data: TextData };

/** A split's table, and the rows of it that are used. */
interface OpenedSplit {
  readonly table: TextTable;
  readonly read: ReadRows;
}

async function openSplit(
  { data, textSources, directory, warn }: TextContext,
  name: SplitName,
): Promise<OpenedSplit> {
  const texts = textColumns(data);
  const place = `data.${name}`;
  const label = name === 'unlabelled' ? undefined : (data.label ?? data.score);
  const { onInvalid } = data;
  const columns = label === undefined ? texts : [...texts, label];
  const table = await openTable(data[name] as string, {
    sources: textSources,
    directory,
    place,
    columns,
    onInvalid,
    warn,
  });
  const kind = data.score === undefined ? 'classification' : 'regression';
  return { table, read: readRows(table, { texts, label, kind, onInvalid, place, warn }) };
}

/** Opened splits by name; those that are shares of training stand for themselves. */
type Opened = ReadonlyMap<SplitName, OpenedSplit>;

/** Splits that a recipe wants as shares of its training examples. */
function sharesOf(data: TextData): readonly (readonly [SplitName, number])[] {
  return (['validation', 'test'] as const).flatMap((name) => {
    const share = data[name];
    return typeof share === 'number' ? [[name, share] as const] : [];
  });
}

/** Opens what is asked for, and training where classes or shares come from it. */
async function openWanted(context: TextContext, needsClasses: boolean): Promise<Opened> {
  const { data } = context;
  const opened = new Map<SplitName, OpenedSplit>();
  const wanted = splitNames.filter(
    (name) => data[name] !== undefined && (context.splits?.includes(name) ?? true),
  );
  const cutsTrain = sharesOf(data).some(([name]) => wanted.includes(name));
  if (wanted.includes('train') || cutsTrain || needsClasses)
    opened.set('train', await openSplit(context, 'train'));
  for (const name of wanted) {
    if (typeof data[name] === 'string' && !opened.has(name)) opened.set(name, await openSplit(context, name));
  }
  return opened;
}

/** Settings of a saved model; none of a backbone that is trained, whatever it was trained for before. */
function settingsOf({ labels, backboneFiles }: TextContext): Partial<SavedSettings> {
  return labels === undefined ? {} : readSettings(backboneFiles[settingsFile]);
}

/** Class names of a saved model: of its config.json, or of its settings where it answers in words. */
function savedClasses(context: TextContext): readonly string[] {
  const { labels = [] } = context;
  return labels.length > 0 ? labels : (settingsOf(context).labels ?? []);
}

/** Class names: of the saved model, else of training. */
function labelsOf(context: TextContext, opened: Opened): readonly string[] {
  const { data } = context;
  const labels = savedClasses(context);
  if (data.score !== undefined) return labels.length === 1 ? labels : [scoreLabel];
  const train = opened.get('train');
  if (labels.length > 0) return labels;
  return trainingClasses(train!.table, data.label!, train!.read.cells);
}

function readExamples(
  { data }: TextContext,
  name: SplitName,
  { table, read }: OpenedSplit,
  labels: readonly string[],
): TextExamples {
  const texts = textColumns(data);
  if (name === 'unlabelled') return examplesOf(table, texts, read);
  const labelOf = data.label === undefined ? Number : classReader(table, data.label, labels);
  return examplesOf(table, texts, read, labelOf);
}

/** Training without the shares that other splits take of it, and those: cut by a permutation that only the seed decides. */
function cutTraining(examples: TextExamples, data: TextData): Partial<Record<SplitName, TextExamples>> {
  const shares = sharesOf(data);
  if (shares.length === 0) return { train: examples };
  const order = shuffle(createRandom(data.splitSeed, 'split'), examples.size);
  const cut: Partial<Record<SplitName, TextExamples>> = {};
  let start = 0;
  for (const [name, share] of shares) {
    const end = start + Math.max(1, Math.round(share * examples.size));
    cut[name] = selectExamples(examples, order.slice(start, end).sort());
    start = end;
  }
  if (start >= examples.size) {
    throw new MdpdError('DATA_SPEC', `shares of ${examples.size} examples leave none to train on`, {
      place: 'data.train',
      exitCode: 2,
    });
  }
  return { ...cut, train: selectExamples(examples, order.slice(start).sort()) };
}

/** Examples of every split that is asked for. */
function splitExamples(
  context: TextContext,
  opened: Opened,
  labels: readonly string[],
): Partial<Record<SplitName, TextExamples>> {
  const all: Partial<Record<SplitName, TextExamples>> = {};
  for (const [name, split] of opened) {
    const examples = readExamples(context, name, split, labels);
    Object.assign(all, name === 'train' ? cutTraining(examples, context.data) : { [name]: examples });
  }
  const entries = splitNames.flatMap((name) => {
    const examples = all[name];
    return examples ? [[name, limitExamples(examples, limitOf(context, name))] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** Outputs start near 0: scores far from it, or far apart, are out of reach of usual learning rates. */
function warnOfScale({ size, label, origin }: TextExamples, warn: (message: string) => void): void {
  let largest = 0;
  for (let index = 0; index < size; index++) largest = Math.max(largest, Math.abs(label(index)));
  if (largest <= 20) return;
  warn(
    `scores of ${origin} reach ${largest}: outputs begin at 0 and may take long to get there; divide them first`,
  );
}

/** The encoder of a task: for a backbone with a decoder one that answers in words. */
function encoderFor(
  encoder: SentenceEncoder,
  context: TextContext,
  labels: readonly string[],
  examples: Partial<Record<SplitName, TextExamples>>,
): TaskEncoder {
  if (!encoder.answers) return encoder;
  if (context.data.label !== undefined)
    return answerEncoder(encoder, context, textAnswers({ words: labels }));
  const scores = Object.values(examples).filter(({ labelled }) => labelled);
  const samples = scores.flatMap((each) =>
    Array.from({ length: each.size }, (_, i) => answeredScore(each.label(i))),
  );
  // A saved model says how long its answers are.
  const { answerTokens: tokens } = settingsOf(context);
  return answerEncoder(
    encoder,
    context,
    textAnswers({ samples: [...new Set(samples)], ...(tokens ? { tokens } : {}) }),
  );
}

async function openWithData(context: TextContext): Promise<Task> {
  const { data } = context;
  const saved = savedClasses(context);
  const kind = data.score === undefined ? 'classification' : 'regression';
  const texts = await openEncoder(context, data);
  const opened = await openWanted(context, kind === 'classification' && saved.length === 0);
  const labels = labelsOf(context, opened);
  const examples = splitExamples(context, opened, labels);
  const encoder = encoderFor(texts, context, labels, examples);
  const unit = kind === 'regression' && examples.train ? scoreUnit(examples.train) : undefined;
  if (unit !== undefined && !texts.answers) warnOfScale(examples.train!, context.warn);
  const splits: Partial<Record<SplitName, Dataset>> = {};
  for (const [name, each] of Object.entries(examples) as [SplitName, TextExamples][]) {
    if (!(context.splits?.includes(name) ?? true)) continue;
    splits[name] = await encoder.dataset(name, each, kind === 'regression' ? 'score' : 'label');
  }
  return createSentenceTask({
    name: 'text',
    kind,
    labels,
    splits,
    ...textMetrics(kind, labels.length),
    ...(unit === undefined ? {} : { unit }),
    encoder,
    ...vocabularyOf(context),
    sentences: textColumns(data).length as 1 | 2,
  });
}

async function openSaved(context: TaskContext<TextData>): Promise<Task> {
  const { maxLength = defaultMaxLength } = readSettings(context.backboneFiles[settingsFile]);
  return openSavedText('text', context, await openEncoder(context, { maxLength }));
}

export const textProvider: TaskProvider<TextData> = {
  name: 'text',
  description: 'classes and scores of your own texts: CSV, TSV, JSONL and Parquet files',
  dataSchema: textSchema,
  open: (context) => (context.data ? openWithData({ ...context, data: context.data }) : openSaved(context)),
};
