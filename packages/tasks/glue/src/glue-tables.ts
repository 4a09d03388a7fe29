/** Tables of GLUE's splits, wherever a recipe says that they are: a folder, the hub, or files by name. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { MdpdError, type TaskContext, type TextTable } from '@mdpd/core';
import { openHubDataset } from '@mdpd/data/hub/open-hub-dataset';
import { readJsonTable } from '@mdpd/data/text/jsonl-table';
import { openTable } from '@mdpd/data/text/open-table';
import { readParquetTable } from '@mdpd/data/text/parquet-table';
import { findSplit, requireSplit, type SplitFiles } from './glue-folder.ts';
import type { GlueData } from './glue-schema.ts';
import type { GlueSplit, GlueTask } from './glue-tasks.ts';
import { readOriginal } from './original-tsv.ts';

export type GlueContext = TaskContext<GlueData> & { readonly data: GlueData };

/** Recipe key of the file of a split. */
const fileKeys: Readonly<Record<string, 'train' | 'validation' | 'mismatched'>> = {
  train: 'train',
  validation: 'validation',
  validation_matched: 'validation',
  validation_mismatched: 'mismatched',
};

/** Where the splits of a task are. */
export interface GlueTables {
  /** Whether a split is there at all; asked of files by name only. */
  has(split: GlueSplit): boolean;
  open(split: GlueSplit): Promise<TextTable>;
  /** As `open`; undefined where there is no such file. */
  find(split: GlueSplit): Promise<TextTable | undefined>;
}

interface ReadContext {
  readonly task: GlueTask;
  readonly split: GlueSplit;
  warn(message: string): void;
}

/** Pairs of MRPC by their ids. */
const idColumns = ['#1 ID', '#2 ID'];
const pairKey = (first: unknown, second: unknown): string => `${String(first)}\t${String(second)}`;

/** Ids of the pairs that GLUE develops on. Throws DATA_MISSING. */
async function developmentPairs(folder: string): Promise<ReadonlySet<string>> {
  const path = join(folder, 'mrpc_dev_ids.tsv');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new MdpdError(
      'DATA_MISSING',
      'MRPC is there as Microsoft gives it out, without the list of pairs to develop on',
      {
        place: path,
        fix: 'put mrpc_dev_ids.tsv of GLUE beside msr_paraphrase_train.txt, or train.tsv and dev.tsv',
        cause,
        exitCode: 2,
      },
    );
  });
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return new Set(lines.map((line) => pairKey(...(line.split('\t') as [string, string]))));
}

/** Rows of a table that `keep` wants. */
function filterTable(table: TextTable, keep: (index: number) => boolean): TextTable {
  const rows = Array.from({ length: table.size }, (_, index) => index).filter(keep);
  return {
    ...table,
    size: rows.length,
    row: (i) => table.row(rows[i]!),
    place: (i) => table.place(rows[i]!),
  };
}

/** MRPC from Microsoft's files: training pairs are those that are not in GLUE's list. */
async function readUncut(
  path: string,
  origin: string,
  { task, split, warn }: ReadContext,
): Promise<TextTable> {
  const { tsv } = split;
  if (split.name === 'test') {
    // Its labels are public, but not in GLUE: they are not read.
    return readOriginal(path, { origin, tsv, skip: false, warn });
  }
  const pairs = await developmentPairs(dirname(path));
  const table = await readOriginal(path, { origin, tsv, also: idColumns, skip: true, warn });
  const isDevelopment = (index: number): boolean => {
    const row = table.row(index);
    return pairs.has(pairKey(...(idColumns.map((name) => row[name]) as [unknown, unknown])));
  };
  const cut = filterTable(table, (index) => isDevelopment(index) === (split.name === 'validation'));
  return { ...cut, origin: `${origin} (${task.name} ${split.name})` };
}

async function readFiles({ layout, files, origin }: SplitFiles, context: ReadContext): Promise<TextTable> {
  const { split, warn } = context;
  const [first] = files as [string];
  const skip = split.tsv.label !== undefined;
  if (layout === 'original') return readOriginal(first, { origin, tsv: split.tsv, skip, warn });
  if (layout === 'uncut') return readUncut(first, origin, context);
  const options = { origin, onInvalid: skip ? 'skip' : 'error', warn } as const;
  if (extname(first) !== '.parquet') return readJsonTable(first, options);
  const shown = (path: string): string => (files.length === 1 ? origin : `${origin} ${basename(path)}`);
  return readParquetTable(
    files.map((path) => ({ path, origin: shown(path) })),
    options,
  );
}

function folderTables(root: string, task: GlueTask, warn: (message: string) => void): GlueTables {
  const context = (split: GlueSplit): ReadContext => ({ task, split, warn });
  return {
    has: () => true,
    open: async (split) => readFiles(await requireSplit(root, task, split, 'data.root'), context(split)),
    async find(split) {
      const found = await findSplit(root, task, split);
      return found && readFiles(found, context(split));
    },
  };
}

function hubTables(source: string, task: GlueTask, { warn, progress }: GlueContext): GlueTables {
  const open = async (split: GlueSplit): Promise<TextTable> => {
    const { files, reference } = await openHubDataset(source, task.name, split.name, {
      place: 'data.source',
      warn,
      report: (what) => progress?.({ type: 'progress', what, done: 0, total: 1 }),
    });
    const origin = `${reference} ${task.name} ${split.name}`;
    return readFiles({ layout: 'named', files, origin }, { task, split, warn });
  };
  return { has: () => true, open, find: open };
}

function namedTables({ data, directory, textSources, warn }: GlueContext, task: GlueTask): GlueTables {
  const named = (split: GlueSplit): string | undefined => {
    const key = fileKeys[split.name];
    return key && data[key];
  };
  const open = async (split: GlueSplit): Promise<TextTable> => {
    const file = named(split);
    if (file === undefined) {
      throw new MdpdError('DATA_MISSING', `no file is named for the ${split.name} split of ${task.title}`, {
        place: `data.${fileKeys[split.name] ?? split.name}`,
        allowed: 'a .tsv, .csv, .jsonl or .parquet file',
        exitCode: 2,
      });
    }
    const place = `data.${fileKeys[split.name]!}`;
    if (extname(file) !== '.tsv') {
      return openTable(file, { sources: textSources, directory, place, onInvalid: 'skip', warn });
    }
    const path = resolve(directory, file);
    return readFiles({ layout: 'original', files: [path], origin: file }, { task, split, warn });
  };
  return {
    has: (split) => named(split) !== undefined,
    open,
    find: async (split) => (named(split) === undefined ? undefined : open(split)),
  };
}

/** The tables that a recipe names, not opened yet. */
export function glueTables(context: GlueContext, task: GlueTask): GlueTables {
  const { data, directory, warn } = context;
  if (data.source !== undefined) return hubTables(data.source, task, context);
  if (data.root !== undefined) return folderTables(resolve(directory, data.root), task, warn);
  return namedTables(context, task);
}
