/** Opens what a split specification of texts names: a source's split, a file, a folder of Parquet files, or several. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { MdpdError, messageOf, systemCode, type TextSource, type TextTable } from '@mdpd/core';
import { findSource } from '../find-source.ts';
import { parseSplitSpec, sliceRange, type PathPart, type SourcePart, type SplitPart } from '../split-spec.ts';
import { readCsvTable } from './csv-table.ts';
import { readJsonTable } from './jsonl-table.ts';
import { readParquetTable } from './parquet-table.ts';
import { pickColumns, type ReadTable, type TableOptions } from './table-builder.ts';
import { joinTables, sliceTable } from './text-tables.ts';
import { readTsvTable } from './tsv-table.ts';

/** Where tables of texts are looked for. */
export interface OpenTableOptions extends Omit<TableOptions, 'origin'> {
  readonly sources: readonly TextSource[];
  /** Folder against which relative paths are resolved. */
  readonly directory: string;
  /** Recipe key, for messages: `data.train`. */
  readonly place?: string;
  /** Names of the columns of a TSV file without header. */
  readonly header?: readonly string[];
  /** Told what is worth knowing about the data. */
  warn?(message: string): void;
}

const textForms =
  'NAME:SPLIT (spam:train), a file (./train.tsv, .csv, .jsonl, .json or .parquet) or a folder of .parquet files, each ' +
  'with an optional slice ([:1000], [800:], [-200:], [:80%]), several joined by " + "';

type Read = (
  path: string,
  options: TableOptions & { readonly header?: readonly string[] },
) => Promise<ReadTable>;

const readers: Readonly<Record<string, Read>> = {
  '.tsv': readTsvTable,
  '.txt': readTsvTable,
  '.csv': readCsvTable,
  '.jsonl': readJsonTable,
  '.ndjson': readJsonTable,
  '.json': readJsonTable,
  '.parquet': (path, options) => readParquetTable([{ path, origin: options.origin }], options),
};

function refuseFormat(message: string, place: string | undefined): never {
  throw new MdpdError('TEXT_FORMAT', message, { place, allowed: textForms, exitCode: 2 });
}

async function readFolder(
  path: string,
  options: TableOptions,
  place: string | undefined,
): Promise<ReadTable> {
  const names = (await readdir(path)).filter((name) => extname(name).toLowerCase() === '.parquet').sort();
  if (names.length === 0) return refuseFormat(`the folder ${options.origin} has no .parquet files`, place);
  const parts = names.map((name) => ({ path: join(path, name), origin: join(options.origin, name) }));
  return readParquetTable(parts, options);
}

async function openPath(part: PathPart, options: OpenTableOptions): Promise<TextTable> {
  const path = resolve(options.directory, part.path);
  const read = { ...options, origin: part.path };
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
    throw new MdpdError('DATA_MISSING', `there is no file or folder "${part.path}"`, {
      place: options.place,
      fix: `looked for ${path}; relative paths start where the command is run`,
      exitCode: 2,
    });
  }
  if (isFolder) return readFolder(path, read, options.place);
  const extension = extname(path).toLowerCase();
  const reader = Object.hasOwn(readers, extension) ? readers[extension] : undefined;
  if (!reader) return refuseFormat(`"${part.path}" has no ending of a table`, options.place);
  return reader(path, read);
}

async function openSource(part: SourcePart, options: OpenTableOptions): Promise<TextTable> {
  const source = findSource(part, options.sources, options.place);
  const table = await source.open(part.split, { directory: options.directory });
  pickColumns(table.columns, options.columns, table.origin);
  return table;
}

/** Throws DATA_UNREADABLE where the system refuses a file or folder. */
async function openWhole(part: SplitPart, options: OpenTableOptions): Promise<TextTable> {
  try {
    return part.kind === 'source' ? await openSource(part, options) : await openPath(part, options);
  } catch (error) {
    if (error instanceof MdpdError || systemCode(error) === undefined) throw error;
    throw new MdpdError('DATA_UNREADABLE', `"${part.text}" cannot be read: ${messageOf(error)}`, {
      place: options.place,
      cause: error,
    });
  }
}

/**
 * Opens a split specification of texts. Tables that are joined must have the same columns.
 * Throws DATA_SPEC, UNKNOWN_SOURCE, UNKNOWN_SPLIT, DATA_MISSING, DATA_UNREADABLE, DATA_EMPTY, TEXT_FORMAT and what the
 * readers throw: TEXT_EMPTY, TEXT_COLUMNS, TEXT_ROW, TEXT_ENCODING, TEXT_PARQUET.
 */
export async function openTable(spec: string, options: OpenTableOptions): Promise<TextTable> {
  const tables: TextTable[] = [];
  for (const part of parseSplitSpec(spec, options.place, textForms)) {
    const table = await openWhole(part, options);
    const [start, stop] = sliceRange(part, table.size, options.place, 'row');
    tables.push(sliceTable(table, start, stop, part.text));
  }
  return joinTables(tables, options.place);
}
