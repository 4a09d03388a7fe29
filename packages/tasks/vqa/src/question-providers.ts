/** Opens `vqa` and `gqa`. */
import type { Dataset, SplitName, Task, TaskContext, TaskProvider } from '@mdpd/core';
import { openReader, type ImageTextReader } from '@mdpd/data/image-text/reader';
import { pickRows } from '@mdpd/data/row-list';
import { Growable } from '@mdpd/data/text/growable';
import { AnswerVocabulary, answerForms, buildVocabulary, type AnswerForm } from './answer-vocabulary.ts';
import { readEasyVqa } from './easy-vqa-files.ts';
import { readGqa } from './gqa-files.ts';
import { majorityAnswer } from './majority-answer.ts';
import {
  imagesOptions,
  limited,
  openRoot,
  originOf,
  readSpec,
  splitNames,
  type AskedSplit,
} from './question-data.ts';
import type { ReadQuestions } from './question-data.ts';
import { openQuestions } from './question-dataset.ts';
import { exactMetrics, gqaMetrics, vqaMetrics, type AnswerMetrics } from './question-metrics.ts';
import { gqaSchema, vqaSchema, type GqaData, type VqaData } from './question-schema.ts';
import { questionSubmission, type SubmissionOptions } from './question-submission.ts';
import { createQuestionTask, settingsFile, type AnswerLoss } from './question-task.ts';
import type { Question, QuestionList } from './questions.ts';
import { readTableQuestions } from './table-questions.ts';
import { readVqa } from './vqa-files.ts';

/** What differs between data sets. */
interface Kind {
  readonly name: string;
  readonly specs: Readonly<Partial<Record<AskedSplit, string | undefined>>>;
  readonly minCount: number;
  readonly loss: AnswerLoss;
  readonly form: AnswerForm;
  readonly primaryMetric: string;
  metrics(): AnswerMetrics;
  readSplit(spec: string, root: string, place: string, labelled: boolean): Promise<QuestionList>;
  readonly submission?: Pick<SubmissionOptions, 'name' | 'file' | 'keys'>;
}

type Data = VqaData | GqaData;

/** Questions of all splits by one number. */
class Asked {
  private readonly lists: { readonly first: number; readonly list: QuestionList }[] = [];
  private size = 0;

  /** Number of the first. */
  add(list: QuestionList): number {
    const first = this.size;
    this.lists.push({ first, list });
    this.size += list.size;
    return first;
  }

  at(number: number): Question {
    const { first, list } = this.lists.findLast((each) => each.first <= number)!;
    return list.at(number - first);
  }
}

/** Those with an answer that can be learnt; says how many there are not. */
function learnable(
  questions: QuestionList,
  vocabulary: AnswerVocabulary,
  warn: (message: string) => void,
): QuestionList {
  const kept = new Growable(Int32Array);
  for (let index = 0; index < questions.size; index++)
    if (vocabulary.scores(questions.at(index)).length > 0) kept.push(index);
  const left = questions.size - kept.length;
  if (left === 0) return questions;
  warn(
    `${left} of ${questions.size} training questions are left out: none of their answers is in the vocabulary`,
  );
  return pickRows(questions, kept.finish());
}

async function openTask(context: TaskContext<Data>, data: Data, kind: Kind): Promise<Task> {
  const reader = await openReader(context, data);
  const root = await openRoot(context, data);
  const read = new Map<AskedSplit, QuestionList>();
  for (const name of splitNames) {
    const wanted = (context.splits?.includes(name) ?? true) || (name === 'train' && !context.labels);
    const spec = kind.specs[name];
    if (spec !== undefined && wanted) read.set(name, await kind.readSplit(spec, root, `data.${name}`, true));
  }
  const { minCount, form } = kind;
  const place = 'data.train';
  const answers = context.labels ?? buildVocabulary(read.get('train')!, { minCount, form, place });
  const vocabulary = new AnswerVocabulary(answers);
  const asked = new Asked();
  const budget = { remaining: Math.floor(data.cacheMegabytes * 2 ** 20) };
  const splits: Partial<Record<SplitName, Dataset>> = {};
  for (const [name, all] of read) {
    if (!(context.splits?.includes(name) ?? true)) continue;
    const usable = name === 'train' ? learnable(all, vocabulary, context.warn) : all;
    const questions = limited(usable, name, data, context);
    const targets = { vocabulary, scores: kind.loss === 'bce', first: asked.add(questions) };
    const origin = originOf(root, kind.specs[name]!);
    splits[name] = await openQuestions(questions, reader, {
      ...imagesOptions(context, name, origin, budget),
      targets,
    });
  }
  const { name, loss, primaryMetric, metrics } = kind;
  const learnt = read.get('train');
  return createQuestionTask({
    name,
    loss,
    primaryMetric,
    metrics,
    reader,
    answers,
    splits,
    ...(learnt ? { baseline: majorityAnswer(learnt, vocabulary) } : {}),
    questionOf: (number) => asked.at(number),
    ...submissionOf(context, { kind, reader, root, answers }),
  });
}

interface Opened {
  readonly kind: Kind;
  readonly reader: ImageTextReader;
  readonly root: string;
  readonly answers: readonly string[];
}

function submissionOf(context: TaskContext<Data>, { kind, reader, root, answers }: Opened) {
  if (!kind.submission) return {};
  const { name } = kind.submission;
  const submission = questionSubmission({
    ...kind.submission,
    answers,
    read: () => kind.readSplit(name, root, 'data.submission', false),
    dataset: (questions) =>
      openQuestions(questions, reader, imagesOptions(context, name, originOf(root, name), { remaining: 0 })),
  });
  return { submission };
}

/** A saved model, for `predict`: it knows its answers and how it learnt them. */
async function openSaved(context: TaskContext<Data>, name: string, primaryMetric: string): Promise<Task> {
  const { loss, maxLength } = context.backboneFiles[settingsFile] ?? {};
  const reader = await openReader(context, typeof maxLength === 'number' ? { maxLength } : {});
  return createQuestionTask({
    name,
    reader,
    answers: context.labels ?? [],
    loss: loss === 'crossEntropy' ? loss : 'bce',
    splits: {},
    primaryMetric,
    metrics: exactMetrics,
    questionOf: () => {
      throw new RangeError('a saved model has no questions');
    },
  });
}

const lists =
  (read: ReadQuestions): Kind['readSplit'] =>
  (spec, root, place, labelled) =>
    readSpec(read, spec, { root, place, labelled });

function vqaKind(data: VqaData, context: TaskContext<VqaData>): Kind {
  const { format, train, validation, test, minCount, loss, columns, submission, perQuestionType } = data;
  if (format === 'vqa-v2') {
    return {
      name: 'vqa',
      specs: { train: train ?? 'train2014', validation, test: test ?? 'val2014' },
      minCount: minCount ?? 9,
      loss: loss ?? 'bce',
      form: answerForms.people,
      primaryMetric: 'overall',
      metrics: () => vqaMetrics({ perQuestionType }),
      readSplit: lists(readVqa),
      submission: {
        name: submission,
        file: `vqa_OpenEnded_mscoco_${submission}_mdpd_results.json`,
        keys: ['question_id', 'answer'],
      },
    };
  }
  const ending = format === 'table' ? '.csv' : '';
  return {
    name: 'vqa',
    specs: { train: train ?? `train${ending}`, validation, test: test ?? `test${ending}` },
    minCount: minCount ?? 1,
    loss: loss ?? 'crossEntropy',
    form: answerForms.single,
    primaryMetric: 'accuracy',
    metrics: exactMetrics,
    readSplit:
      format === 'easy-vqa'
        ? lists(readEasyVqa)
        : (spec, root, place) => readTableQuestions({ root, spec, columns, place, warn: context.warn }),
  };
}

export const vqaProvider: TaskProvider<VqaData> = {
  name: 'vqa',
  description: 'questions about images: VQA v2, easy-VQA, or a table of your own',
  dataSchema: vqaSchema,
  open(context) {
    const { data } = context;
    if (!data) return openSaved(context as TaskContext<Data>, 'vqa', 'overall');
    return openTask(context as TaskContext<Data>, data, vqaKind(data, context));
  },
};

export const gqaProvider: TaskProvider<GqaData> = {
  name: 'gqa',
  description: 'questions about scenes that need several steps: GQA',
  dataSchema: gqaSchema,
  open(context) {
    const { data } = context;
    if (!data) return openSaved(context as TaskContext<Data>, 'gqa', 'accuracy');
    const { train, validation, test, minCount, loss, submission } = data;
    return openTask(context as TaskContext<Data>, data, {
      name: 'gqa',
      specs: { train, validation, test },
      minCount,
      loss,
      form: answerForms.single,
      primaryMetric: 'accuracy',
      metrics: gqaMetrics,
      readSplit: lists(readGqa),
      submission: {
        name: submission,
        file: `gqa_${submission}_predictions.json`,
        keys: ['questionId', 'prediction'],
      },
    });
  },
};
