/** Tables of text: Parquet, TSV, CSV, JSON lines and lists, GLUE's own files. */
import { join } from 'node:path';
import type { TextTable } from '@mdpd/core';
import { openTable } from '@mdpd/data/text/open-table';
import { findGlueTask, glueSplit } from '@mdpd/task-glue/glue-tasks';
import { readOriginal } from '@mdpd/task-glue/original-tsv';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Mutation } from '../mutate/bytes.ts';
import { jsonLineMutation, jsonMutation } from '../mutate/json.ts';
import { parquetMutations } from '../mutate/parquet.ts';
import { textMutations } from '../mutate/text.ts';
import type { Reader } from '../reader.ts';
import { fixture, mutateFile, one } from './corpus.ts';

/** Every row, as a task asks for them. */
function readRows(table: TextTable): void {
  for (let index = 0; index < table.size; index++) {
    table.row(index);
    table.place(index);
  }
}

const sentences = [
  'a quick fox',
  'says "hello, you"',
  'naïve café',
  '東京 🗼',
  '',
  'tab\\tescaped',
  'x'.repeat(200),
];
const rows = sentences.map((sentence, index) => ({
  idx: index,
  sentence,
  label: index % 2,
  score: index / 3,
}));

interface TableReader {
  readonly name: string;
  readonly reads: string;
  readonly file: string;
  readonly seeds: readonly Uint8Array[];
  readonly mutations: readonly Mutation[];
}

function tableReader({ name, reads, file, seeds, mutations }: TableReader): Reader {
  return {
    name,
    reads,
    seeds: () => Promise.resolve(seeds.map((bytes) => one(file, bytes))),
    mutate: (random, all) => mutateFile(random, all, () => mutations),
    async read(folder) {
      const open = (more: { columns?: string[]; onInvalid?: 'skip' }): Promise<TextTable> =>
        openTable(file, { sources: [], directory: folder, warn: () => undefined, ...more });
      // Once as a user reads on over bad rows, once a column of labels, with the first bad row an error.
      const problems: unknown[] = [];
      for (const more of [{ onInvalid: 'skip' as const }, { columns: ['label'] }]) {
        await open(more).then(readRows, (error: unknown) => problems.push(error));
      }
      if (problems.length > 0) throw problems[0];
    },
  };
}

function parquetSeeds(): Uint8Array[] {
  const texts = { name: 'sentence', data: sentences, type: 'STRING' as const };
  const labels = { name: 'label', data: rows.map(({ label }) => label), type: 'INT32' as const };
  const scores = { name: 'score', data: rows.map(({ score }) => score), type: 'DOUBLE' as const };
  const big = { name: 'id', data: rows.map((_, index) => BigInt(index) * 2n ** 40n), type: 'INT64' as const };
  const flags = { name: 'flag', data: rows.map(({ label }) => label === 1), type: 'BOOLEAN' as const };
  const empty = {
    name: 'maybe',
    data: sentences.map((text, index) => (index % 2 === 0 ? text : null)),
    type: 'STRING' as const,
  };
  const written = [
    { columnData: [texts, labels, scores, big, flags, empty] },
    { columnData: [texts, labels], codec: 'UNCOMPRESSED' as const },
    {
      columnData: [
        { ...texts, data: Array<string>(60).fill('same') },
        { ...labels, data: Array<number>(60).fill(3) },
      ],
      rowGroupSize: 20,
    },
  ].map((options) => new Uint8Array(parquetWriteBuffer(options)));
  return [...written, fixture('packages/data/src/text/oracles/glue.parquet')];
}

export const parquet = tableReader({
  name: 'parquet',
  reads: 'metadata and every column of a `.parquet` file',
  file: 'x.parquet',
  seeds: parquetSeeds(),
  mutations: parquetMutations,
});

const separated = (mark: string, cell: (text: string) => string): Buffer =>
  Buffer.from(
    [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row).map((value) => cell(String(value))))]
      .map((cells) => cells.join(mark))
      .join('\n'),
  );

export const tsv = tableReader({
  name: 'tsv',
  reads: 'a table of cells between tabs',
  file: 'x.tsv',
  seeds: [separated('\t', (text) => text)],
  mutations: textMutations,
});

const messages = Buffer.from(
  fixture('configs/text/messages.csv')
    .toString('utf8')
    .replace('team', 'label')
    .split('\n')
    .slice(0, 20)
    .join('\n'),
);

export const csv = tableReader({
  name: 'csv',
  reads: 'a table of comma separated values',
  file: 'x.csv',
  seeds: [
    separated(',', (text) => `"${text.replaceAll('"', '""')}"`),
    separated(',', (text) => (/[",]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text)),
    messages,
  ],
  mutations: textMutations,
});

const lines = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));

export const jsonl = tableReader({
  name: 'jsonl',
  reads: 'a table of JSON objects, one a line',
  file: 'x.jsonl',
  seeds: [lines],
  mutations: [...Array<Mutation>(10).fill(jsonLineMutation), ...textMutations],
});

export const jsonTable = tableReader({
  name: 'json',
  reads: 'a table of JSON objects in one list',
  file: 'x.json',
  seeds: [Buffer.from(JSON.stringify(rows)), Buffer.from(JSON.stringify(rows, undefined, 2))],
  mutations: [...Array<Mutation>(10).fill(jsonMutation), ...textMutations],
});

const mrpc =
  'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t1\t2\tone "quoted" text\tanother text\n0\t3\t4\ta\tb\n';
const cola = 'gj04\t1\t\tThe sailors rode the breeze.\ngj04\t0\t*\tThe book was by John written.\n';

export const glueTsv: Reader = {
  name: 'glue-tsv',
  reads: 'files of GLUE’s original folders, with and without header',
  seeds: () => Promise.resolve([one('mrpc.tsv', Buffer.from(mrpc)), one('cola.tsv', Buffer.from(cola))]),
  mutate: (random, seeds) => mutateFile(random, seeds, () => textMutations),
  async read(folder) {
    for (const name of ['mrpc', 'cola']) {
      const { tsv } = glueSplit(findGlueTask(name), 'train');
      const path = join(folder, `${name}.tsv`);
      await readOriginal(path, { origin: `${name}.tsv`, tsv, skip: true, warn: () => undefined }).then(
        readRows,
        (error: unknown) => {
          if ((error as { code?: string }).code !== 'DATA_UNREADABLE') throw error;
        },
      );
    }
  },
};
