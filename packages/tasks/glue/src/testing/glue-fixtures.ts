/** Small copies of GLUE in each of its published layouts, for tests and smoke runs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { glueTasks, type GlueSplit, type GlueTask } from '../glue-tasks.ts';
import { fixtureExamples, type FixtureExample } from './glue-grammar.ts';
import { mrpcIds, tsvText } from './glue-tsv.ts';

/** `parquet` as on the Hub's main branch, `converter` as on its branch refs/convert/parquet. */
export type GlueFormat = 'tsv' | 'parquet' | 'converter' | 'jsonl';

export interface FixtureOptions {
  readonly format: GlueFormat;
  /** Names of tasks; default: all. */
  readonly tasks?: readonly string[];
  readonly sizes?: { readonly train?: number; readonly validation?: number; readonly test?: number };
  /** MRPC as it is before anybody cut it: msr_paraphrase_*.txt and mrpc_dev_ids.tsv, but no train.tsv and dev.tsv. */
  readonly uncutMrpc?: boolean;
  readonly seed?: number;
}

/** Published text columns at Hugging Face. */
const columns: Readonly<Record<string, readonly string[]>> = {
  cola: ['sentence'],
  sst2: ['sentence'],
  qqp: ['question1', 'question2'],
  mnli: ['premise', 'hypothesis'],
  ax: ['premise', 'hypothesis'],
  qnli: ['question', 'sentence'],
};
const pairColumns = ['sentence1', 'sentence2'];

function sizeOf({ sizes = {} }: FixtureOptions, split: string): number {
  const { train = 48, validation = 20, test = 12 } = sizes;
  return split.startsWith('train') ? train : split.startsWith('validation') ? validation : test;
}

/** Examples of a split; some sentences have a quote that never closes, because in GLUE quotes are data. */
export function splitExamples(task: GlueTask, split: string, options: FixtureOptions): FixtureExample[] {
  const examples = fixtureExamples(task, split, sizeOf(options, split), options.seed);
  return examples.map((example, index) =>
    index % 5 === 2 ? { ...example, first: `" ${example.first}` } : example,
  );
}

function write(folder: string, path: string, content: string | Uint8Array): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** MRPC as Microsoft gives it out: one training file, and a list of the pairs that GLUE develops on. */
function writeUncutMrpc(folder: string, task: GlueTask, options: FixtureOptions): void {
  const [train, dev] = ['train', 'validation'].map((split) => splitExamples(task, split, options)) as [
    FixtureExample[],
    FixtureExample[],
  ];
  // Pairs to develop on stand among the others: every third until there are none left.
  const mixed: { example: FixtureExample; dev: boolean }[] = [];
  const rest = { train: [...train], dev: [...dev] };
  while (rest.train.length + rest.dev.length > 0) {
    const isDev = rest.dev.length > 0 && (mixed.length % 3 === 1 || rest.train.length === 0);
    mixed.push({ example: (isDev ? rest.dev : rest.train).shift()!, dev: isDev });
  }
  const all = mixed.map(({ example }) => example);
  write(folder, 'MRPC/msr_paraphrase_train.txt', tsvText(task, 'train', all).text);
  const ids = mixed.flatMap((entry, index) => (entry.dev ? [mrpcIds(index).join('\t')] : []));
  write(folder, 'MRPC/mrpc_dev_ids.tsv', `${ids.join('\n')}\n`);
  const test = splitExamples(task, 'test', options);
  // Microsoft's test file has labels.
  write(folder, 'MRPC/msr_paraphrase_test.txt', tsvText(task, 'train', test).text);
}

/** A split as columns: label −1 where there is no public one; `idx` skips numbers in MRPC. */
function table(task: GlueTask, split: GlueSplit, examples: readonly FixtureExample[]) {
  const labelled = split.tsv.label !== undefined;
  const texts = (columns[task.name] ?? pairColumns).map((name, i) => ({
    name,
    data: examples.map((example) => (i === 0 ? example.first : example.second!)),
  }));
  return {
    texts,
    label: examples.map(({ label }) => (labelled ? label : -1)),
    idx: examples.map((_, index) => (task.name === 'mrpc' ? index + Math.floor(index / 4) : index)),
  };
}

function parquetBytes(task: GlueTask, split: GlueSplit, examples: readonly FixtureExample[]): Uint8Array {
  const { texts, label, idx } = table(task, split, examples);
  const score = task.kind === 'regression';
  const features = {
    ...Object.fromEntries(texts.map(({ name }) => [name, { dtype: 'string', _type: 'Value' }])),
    label: score ? { dtype: 'float32', _type: 'Value' } : { names: task.labels, _type: 'ClassLabel' },
    idx: { dtype: 'int32', _type: 'Value' },
  };
  const buffer = parquetWriteBuffer({
    columnData: [
      ...texts.map(({ name, data }) => ({ name, data, type: 'STRING' as const })),
      score
        ? { name: 'label', data: Float32Array.from(label), type: 'FLOAT' }
        : { name: 'label', data: BigInt64Array.from(label, BigInt), type: 'INT64' },
      { name: 'idx', data: Int32Array.from(idx), type: 'INT32' },
    ],
    kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }],
  });
  return new Uint8Array(buffer);
}

function jsonlText(task: GlueTask, split: GlueSplit, examples: readonly FixtureExample[]): string {
  const { texts, label, idx } = table(task, split, examples);
  const rows = examples.map((_, row) => ({
    ...Object.fromEntries(texts.map(({ name, data }) => [name, data[row]])),
    label: label[row],
    idx: idx[row],
  }));
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function writeSplit(folder: string, task: GlueTask, split: GlueSplit, options: FixtureOptions): void {
  const examples = splitExamples(task, split.name, options);
  const file = `${task.name}/${split.name}`;
  switch (options.format) {
    case 'tsv':
      return write(folder, `${task.folder}/${split.tsv.file}`, tsvText(task, split.name, examples).text);
    case 'parquet':
      return write(folder, `${file}-00000-of-00001.parquet`, parquetBytes(task, split, examples));
    case 'converter':
      return write(folder, `${file}/0000.parquet`, parquetBytes(task, split, examples));
    case 'jsonl':
      return write(folder, `${file}.jsonl`, jsonlText(task, split, examples));
  }
}

/** Writes the tasks below `folder`, in the layout of the format. The same options give the same bytes. */
export function writeGlueFixtures(folder: string, options: FixtureOptions): void {
  const wanted = glueTasks.filter(({ name }) => options.tasks?.includes(name) ?? true);
  for (const task of wanted) {
    if (task.name === 'mrpc' && options.uncutMrpc) writeUncutMrpc(folder, task, options);
    else for (const split of task.splits) writeSplit(folder, task, split, options);
  }
}
