/** What the readers of tables share: which columns are kept, what happens to rows that cannot be used, the table made. */
import { isUtf8 } from 'node:buffer';
import { didYouMean, MdpdError, type TextTable } from '@mdpd/core';
import { CompactColumn } from './compact-column.ts';
import { Growable } from './growable.ts';

/** Longest cell, and longest line of cells between tabs. */
export const mostCellBytes = 1 << 20;
/** Longest row where it has quotes or names around its cells. */
export const mostRowBytes = 16 * mostCellBytes;
/** More columns are no table of texts: each takes some twenty kilobytes, before it has a row. */
export const mostColumns = 4096;
/** Skipped rows that a warning names. */
const namedRows = 3;
/** Columns that an error names. */
const namedColumns = 50;

export interface TableOptions {
  /** The file as the user wrote it, for messages. */
  readonly origin: string;
  /** Columns that are needed and kept. Default: all that hold text or numbers. */
  readonly columns?: readonly string[];
  /** What happens to a row that cannot be read or lacks a needed cell. Default: error. */
  readonly onInvalid?: 'error' | 'skip';
  /** Told what is worth knowing about the data. */
  warn?(message: string): void;
}

/** A table in memory. */
export interface ReadTable extends TextTable {
  /** Rows that were left out. */
  readonly skipped: number;
}

export interface RowProblem {
  readonly code: 'TEXT_ENCODING' | 'TEXT_ROW';
  readonly message: string;
  readonly allowed?: string;
  readonly fix?: string;
}

/** Throws TEXT_COLUMNS, naming what there is. */
export function refuseColumn(
  message: string,
  available: readonly string[],
  place: string,
  fix?: string,
): never {
  const allowed = available.slice(0, namedColumns).map((name) => JSON.stringify(name));
  if (available.length > namedColumns) allowed.push(`and ${available.length - namedColumns} more`);
  throw new MdpdError('TEXT_COLUMNS', message, { place, allowed, fix, exitCode: 2 });
}

/**
 * Indices of the wanted columns among those that there are. Throws TEXT_COLUMNS where one is missing or stands twice, or
 * where there are far too many.
 */
export function pickColumns(
  available: readonly string[],
  wanted: readonly string[] | undefined,
  place: string,
): readonly number[] {
  if (available.length > mostColumns)
    refuseColumn(`there are ${available.length} columns, more than ${mostColumns}`, available, place);
  const indices = new Map<string, number>();
  let twice: string | undefined;
  for (const [index, name] of available.entries()) {
    if (indices.has(name)) twice ??= name;
    else indices.set(name, index);
  }
  if (twice !== undefined) refuseColumn(`the column ${JSON.stringify(twice)} stands twice`, available, place);
  return (wanted ?? available).map((name) => {
    const index = indices.get(name);
    const message = `there is no column ${JSON.stringify(name)}`;
    return index ?? refuseColumn(message, available, place, didYouMean(name, available));
  });
}

/** What is wrong with a cell's bytes, or undefined. `name` is its column's. */
export function cellProblem(bytes: Uint8Array, name: string): RowProblem | undefined {
  const column = `the cell of ${JSON.stringify(name)}`;
  if (bytes.length > mostCellBytes) {
    const message = `${column} has ${bytes.length} bytes`;
    return { code: 'TEXT_ROW', message, allowed: `at most ${mostCellBytes} bytes` };
  }
  const encoding = encodingProblem(bytes);
  if (encoding === undefined) return undefined;
  return { code: 'TEXT_ENCODING', message: `${column} ${encoding}`, fix: encodingFix };
}

/** What is wrong with text of a file, as the end of a sentence. */
export function encodingProblem(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return 'is not UTF-8';
  return bytes.includes(0) ? 'holds a NUL character' : undefined;
}

export const encodingFix = 'save the file as UTF-8: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW';

/** Collects rows. Readers push one cell to every column, then call `endRow`; or they call `refuse` instead. */
export class TableBuilder {
  readonly names: readonly string[];
  readonly columns: readonly CompactColumn[];
  private readonly options: TableOptions;
  private readonly placeOf: (row: number) => string;
  /** Number of every row in its file. */
  private readonly rows = new Growable(Float64Array);
  private readonly skippedPlaces: string[] = [];
  private skipped = 0;

  /** `placeOf` says where the row of a number is: `dev.tsv:17`. */
  constructor(names: readonly string[], options: TableOptions, placeOf: (row: number) => string) {
    this.names = names;
    this.columns = names.map(() => new CompactColumn());
    this.options = options;
    this.placeOf = placeOf;
  }

  /** Counts the row where rows may be skipped. Throws TEXT_ROW or TEXT_ENCODING with its place otherwise. */
  refuse({ code, message, ...details }: RowProblem, row: number): void {
    if (this.options.onInvalid !== 'skip') {
      throw new MdpdError(code, message, { place: this.placeOf(row), ...details });
    }
    this.skipped++;
    if (this.skippedPlaces.length < namedRows) this.skippedPlaces.push(`${this.placeOf(row)} (${message})`);
  }

  endRow(row: number): void {
    this.rows.push(row);
  }

  /** Throws TEXT_EMPTY where no row is left; warns of what was skipped. */
  finish(classNames?: TextTable['classNames']): ReadTable {
    const { names, columns, skipped, placeOf } = this;
    const { origin } = this.options;
    const rows = this.rows.finish();
    const list =
      this.skippedPlaces.join(', ') + (skipped > namedRows ? ` and ${skipped - namedRows} more` : '');
    if (rows.length === 0) {
      const message = skipped > 0 ? `none of its ${skipped} rows can be read: ${list}` : 'it has no rows';
      throw new MdpdError('TEXT_EMPTY', message, { place: origin });
    }
    if (skipped > 0)
      this.options.warn?.(`${origin}: skipped ${skipped} of ${rows.length + skipped} rows: ${list}`);
    const check = (index: number): number => {
      const row = rows[index];
      if (row === undefined) throw new RangeError(`row ${index} of ${rows.length}`);
      return row;
    };
    return {
      size: rows.length,
      origin,
      columns: names,
      classNames,
      skipped,
      row(index) {
        check(index);
        return Object.fromEntries(names.map((name, column) => [name, columns[column]!.value(index)]));
      },
      place: (index) => placeOf(check(index)),
    };
  }
}
