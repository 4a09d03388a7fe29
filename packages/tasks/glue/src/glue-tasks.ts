/**
 * The tasks of GLUE (Wang et al. 2018): where each stands in the original folders and in Hugging Face's `nyu-mll/glue`,
 * its columns, its classes in the order of Hugging Face's ids, its metrics and published sizes.
 */
import { didYouMean, MdpdError } from '@mdpd/core';

export type GlueMetric = 'matthews_correlation' | 'accuracy' | 'f1' | 'pearson' | 'spearmanr';

/** A column: names that headers have for it, and where it stands (from 0) in the published TSV file. */
export interface GlueColumn {
  readonly names: readonly string[];
  readonly index: number;
}

/** A file of the original folders. */
export interface GlueTsv {
  /** Below the task's folder: `dev_matched.tsv`. */
  readonly file: string;
  /** Columns of the published file: only then do indices say anything. */
  readonly columns: number;
  readonly header: boolean;
  readonly texts: readonly GlueColumn[];
  /** Absent in test files. */
  readonly label?: GlueColumn;
}

export interface GlueSplit {
  /** Name at Hugging Face: `validation_matched`. */
  readonly name: string;
  readonly tsv: GlueTsv;
  /** Published number of examples. */
  readonly rows: number;
  /** File of a submission, for splits without public labels. */
  readonly submission?: string;
}

export interface GlueTask {
  /** Configuration at Hugging Face: `sst2`. */
  readonly name: string;
  /** As papers write it: `SST-2`. */
  readonly title: string;
  /** Folder of the original layout. */
  readonly folder: string;
  readonly kind: 'classification' | 'regression';
  /** One sentence, or two. */
  readonly sentences: 1 | 2;
  /** Class names at Hugging Face by id; one label, `score`, for a regression. */
  readonly labels: readonly string[];
  /** What the original files and submissions have instead of an id. */
  readonly strings: readonly string[];
  readonly metrics: readonly GlueMetric[];
  readonly splits: readonly GlueSplit[];
  /** Whether papers halve its validation examples, because it has few training examples. */
  readonly small: boolean;
}

/** The label of a regression. */
export const scoreLabel = 'score';

const digits = ['0', '1'];
const entailment = ['entailment', 'not_entailment'];
const inference = ['entailment', 'neutral', 'contradiction'];

/** Column at `index`, called as one of `names`. */
const at = (index: number, ...names: string[]): GlueColumn => ({ names, index });

interface FileShape {
  readonly columns: number;
  readonly texts: readonly GlueColumn[];
  readonly label?: GlueColumn;
  readonly header?: boolean;
}

function tsv(file: string, { columns, texts, label, header = true }: FileShape): GlueTsv {
  return { file, columns, header, texts, ...(label ? { label } : {}) };
}

/** Splits of most tasks: train.tsv and dev.tsv alike, test.tsv without labels. */
function threeSplits(
  submission: string,
  [train, validation, test]: readonly [number, number, number],
  labelled: FileShape,
  unlabelled: FileShape,
): GlueSplit[] {
  return [
    { name: 'train', tsv: tsv('train.tsv', labelled), rows: train },
    { name: 'validation', tsv: tsv('dev.tsv', labelled), rows: validation },
    { name: 'test', tsv: tsv('test.tsv', unlabelled), rows: test, submission },
  ];
}

/** Splits of tasks whose files are `index`, two texts, and a label at the end. */
function pairSplits(
  title: string,
  sizes: readonly [number, number, number],
  names: [string, string],
): GlueSplit[] {
  const texts = [at(1, names[0]), at(2, names[1])];
  return threeSplits(
    `${title}.tsv`,
    sizes,
    { columns: 4, texts, label: at(3, 'label') },
    { columns: 3, texts },
  );
}

const sentence = (index: number): GlueColumn[] => [at(index, 'sentence')];
const mrpcTexts = [at(3, 'sentence1', '#1 String'), at(4, 'sentence2', '#2 String')];
const stsbTexts = [at(7, 'sentence1'), at(8, 'sentence2')];
const questions = (first: number): GlueColumn[] => [at(first, 'question1'), at(first + 1, 'question2')];
const premise = (first: number): GlueColumn[] => [
  at(first, 'premise', 'sentence1'),
  at(first + 1, 'hypothesis', 'sentence2'),
];

/** MNLI: 12 columns to train, 16 to validate (the labels of five people), 10 to test. */
function mnliSplits(): GlueSplit[] {
  const texts = premise(8);
  // `gold_label` first: the columns label1 … label5 are single people's.
  const file = (name: string, columns: number, labelled: boolean): GlueTsv =>
    tsv(name, { columns, texts, ...(labelled ? { label: at(columns - 1, 'gold_label', 'label') } : {}) });
  const part = (
    name: 'matched' | 'mismatched',
    validation: number,
    test: number,
    submission: string,
  ): GlueSplit[] => [
    { name: `validation_${name}`, tsv: file(`dev_${name}.tsv`, 16, true), rows: validation },
    { name: `test_${name}`, tsv: file(`test_${name}.tsv`, 10, false), rows: test, submission },
  ];
  return [
    { name: 'train', tsv: file('train.tsv', 12, true), rows: 392_702 },
    ...part('matched', 9_815, 9_796, 'MNLI-m.tsv'),
    ...part('mismatched', 9_832, 9_847, 'MNLI-mm.tsv'),
  ];
}

type Description = Omit<GlueTask, 'kind' | 'sentences'> & { readonly kind?: GlueTask['kind'] };

function task({ kind = 'classification', ...rest }: Description): GlueTask {
  return { ...rest, kind, sentences: rest.splits[0]!.tsv.texts.length as 1 | 2 };
}

export const glueTasks: readonly GlueTask[] = [
  task({
    name: 'cola',
    title: 'CoLA',
    folder: 'CoLA',
    labels: ['unacceptable', 'acceptable'],
    strings: digits,
    metrics: ['matthews_correlation'],
    small: true,
    splits: threeSplits(
      'CoLA.tsv',
      [8_551, 1_043, 1_063],
      { columns: 4, texts: sentence(3), label: at(1, 'label'), header: false },
      { columns: 2, texts: sentence(1) },
    ),
  }),
  task({
    name: 'sst2',
    title: 'SST-2',
    folder: 'SST-2',
    labels: ['negative', 'positive'],
    strings: digits,
    metrics: ['accuracy'],
    small: false,
    splits: threeSplits(
      'SST-2.tsv',
      [67_349, 872, 1_821],
      { columns: 2, texts: sentence(0), label: at(1, 'label') },
      { columns: 2, texts: sentence(1) },
    ),
  }),
  task({
    name: 'mrpc',
    title: 'MRPC',
    folder: 'MRPC',
    labels: ['not_equivalent', 'equivalent'],
    strings: digits,
    metrics: ['accuracy', 'f1'],
    small: true,
    splits: threeSplits(
      'MRPC.tsv',
      [3_668, 408, 1_725],
      { columns: 5, texts: mrpcTexts, label: at(0, 'label', 'Quality') },
      { columns: 5, texts: mrpcTexts },
    ),
  }),
  task({
    name: 'stsb',
    title: 'STS-B',
    folder: 'STS-B',
    kind: 'regression',
    labels: [scoreLabel],
    strings: [],
    metrics: ['pearson', 'spearmanr'],
    small: true,
    splits: threeSplits(
      'STS-B.tsv',
      [5_749, 1_500, 1_379],
      { columns: 10, texts: stsbTexts, label: at(9, 'label', 'score') },
      { columns: 9, texts: stsbTexts },
    ),
  }),
  task({
    name: 'qqp',
    title: 'QQP',
    folder: 'QQP',
    labels: ['not_duplicate', 'duplicate'],
    strings: digits,
    metrics: ['accuracy', 'f1'],
    small: false,
    splits: threeSplits(
      'QQP.tsv',
      [363_846, 40_430, 390_965],
      { columns: 6, texts: questions(3), label: at(5, 'label', 'is_duplicate') },
      { columns: 3, texts: questions(1) },
    ),
  }),
  task({
    name: 'mnli',
    title: 'MNLI',
    folder: 'MNLI',
    labels: inference,
    strings: inference,
    metrics: ['accuracy'],
    small: false,
    splits: mnliSplits(),
  }),
  task({
    name: 'qnli',
    title: 'QNLI',
    folder: 'QNLI',
    labels: entailment,
    strings: entailment,
    metrics: ['accuracy'],
    small: false,
    splits: pairSplits('QNLI', [104_743, 5_463, 5_463], ['question', 'sentence']),
  }),
  task({
    name: 'rte',
    title: 'RTE',
    folder: 'RTE',
    labels: entailment,
    strings: entailment,
    metrics: ['accuracy'],
    small: true,
    splits: pairSplits('RTE', [2_490, 277, 3_000], ['sentence1', 'sentence2']),
  }),
  task({
    name: 'wnli',
    title: 'WNLI',
    folder: 'WNLI',
    // The other way round than RTE and QNLI.
    labels: ['not_entailment', 'entailment'],
    strings: digits,
    metrics: ['accuracy'],
    small: true,
    splits: pairSplits('WNLI', [635, 71, 146], ['sentence1', 'sentence2']),
  }),
  task({
    name: 'ax',
    title: 'AX',
    folder: 'diagnostic',
    labels: inference,
    strings: inference,
    metrics: ['matthews_correlation'],
    small: false,
    splits: [
      {
        name: 'test',
        tsv: tsv('diagnostic.tsv', { columns: 3, texts: premise(1) }),
        rows: 1_104,
        submission: 'AX.tsv',
      },
    ],
  }),
];

/** Names are compared without case, hyphens, underscores and spaces. */
function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** The task of that name. Throws GLUE_TASK with all names and the nearest one. */
export function findGlueTask(name: string, place?: string): GlueTask {
  const wanted = simplify(name);
  const found = glueTasks.find((entry) =>
    [entry.name, entry.folder].some((known) => simplify(known) === wanted),
  );
  if (found) return found;
  const names = glueTasks.map((entry) => entry.name);
  throw new MdpdError('GLUE_TASK', `"${name}" is none of the tasks of GLUE`, {
    place,
    allowed: names,
    fix: didYouMean(name, names),
    exitCode: 2,
  });
}

/** A split of a task by its name at Hugging Face. */
export function glueSplit({ name, splits }: GlueTask, split: string): GlueSplit {
  const found = splits.find((entry) => entry.name === split);
  if (!found) throw new Error(`GLUE's ${name} has no split ${split}`);
  return found;
}
