/** Reads files of GLUE's original folders: cells between tabs, with a header or (CoLA) without, found by name or place. */
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { MdpdError, messageOf, type TextTable } from '@mdpd/core';
import { readTsvTable } from '@mdpd/data/text/tsv-table';
import type { GlueColumn, GlueTsv } from './glue-tasks.ts';

/** Longer first lines are no headers. */
const mostHeaderBytes = 1 << 16;

/** Cells of the first line that is not empty. Throws DATA_UNREADABLE, TEXT_EMPTY. */
async function firstCells(path: string, origin: string): Promise<readonly string[]> {
  const buffer = Buffer.alloc(mostHeaderBytes);
  let length = 0;
  try {
    const file = await open(path);
    try {
      length = (await file.read(buffer, 0, mostHeaderBytes, 0)).bytesRead;
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw new MdpdError('DATA_UNREADABLE', `the file cannot be read: ${messageOf(thrown)}`, {
      place: path,
      cause: thrown,
    });
  }
  // A line that goes on beyond the buffer is no header: its readable part shows that.
  const text = buffer
    .subarray(0, length)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const line = text.split(/\r?\n/).find((each) => each !== '');
  if (line !== undefined) return line.split('\t');
  throw new MdpdError('TEXT_EMPTY', 'the file is empty', { place: origin, exitCode: 2 });
}

/** Name for each column of a file without header: what the task calls it, else its number. */
function nameColumns(tsv: GlueTsv, columns: number): string[] {
  const known = new Map(
    [...tsv.texts, ...(tsv.label ? [tsv.label] : [])].map(({ index, names }) => [index, names[0]!]),
  );
  return Array.from({ length: columns }, (_, index) => known.get(index) ?? `column ${index}`);
}

/** Whether the first line of a file that was published without a header is one. */
function hasHeader(cells: readonly string[], tsv: GlueTsv): boolean {
  return (
    tsv.header || [...tsv.texts, ...(tsv.label ? [tsv.label] : [])].every(({ names }) => named(cells, names))
  );
}

function named(cells: readonly string[], names: readonly string[]): string | undefined {
  return names.find((name) => cells.includes(name));
}

/** The header's name of a column: one that is known, else what stands where the column was published. */
function findColumn(cells: readonly string[], column: GlueColumn, tsv: GlueTsv, origin: string): string {
  const found =
    named(cells, column.names) ?? (cells.length === tsv.columns ? cells[column.index] : undefined);
  if (found !== undefined) return found;
  throw new MdpdError(
    'TEXT_COLUMNS',
    `there is no column ${column.names.map((name) => JSON.stringify(name)).join(' or ')}`,
    {
      place: origin,
      allowed: cells.map((name) => JSON.stringify(name)),
      fix: `the published ${basename(tsv.file)} has ${tsv.columns} columns`,
      exitCode: 2,
    },
  );
}

export interface TsvReadOptions {
  /** For messages: `SST-2/train.tsv`. */
  readonly origin: string;
  readonly tsv: GlueTsv;
  /** Further columns that are kept. */
  readonly also?: readonly string[];
  /** Whether rows that lack a cell are left out with a warning: an answer is due for every row of a test file. */
  readonly skip: boolean;
  warn(message: string): void;
}

/**
 * Reads the columns that the task needs; whatever the header calls them, the table has them under their first name.
 * Throws TEXT_COLUMNS, TEXT_EMPTY, TEXT_ROW, TEXT_ENCODING, DATA_UNREADABLE.
 */
export async function readOriginal(
  path: string,
  { origin, tsv, also = [], skip, warn }: TsvReadOptions,
): Promise<TextTable> {
  const cells = await firstCells(path, origin);
  const header = hasHeader(cells, tsv);
  const names = header ? cells : nameColumns(tsv, Math.max(cells.length, tsv.columns));
  const wanted = [...tsv.texts, ...(tsv.label ? [tsv.label] : [])];
  const found = wanted.map((column) => findColumn(names, column, tsv, origin));
  const table = await readTsvTable(path, {
    origin,
    columns: [...found, ...also],
    onInvalid: skip ? 'skip' : 'error',
    ...(header ? {} : { header: names }),
    warn,
  });
  const first = new Map(wanted.map(({ names: [name] }, i) => [found[i]!, name!]));
  const rename = (name: string): string => first.get(name) ?? name;
  return {
    ...table,
    columns: table.columns.map(rename),
    row: (index) =>
      Object.fromEntries(Object.entries(table.row(index)).map(([name, cell]) => [rename(name), cell])),
  };
}
