/** Reads texts with classes or scores from a table of the user's own, and checks every row. */
import { didYouMean, MdpdError, type TextTable } from '@mdpd/core';
import { tableExamples } from './table-examples.ts';
import type { TextExamples } from './text-examples.ts';

export interface ReadRows {
  /** Rows that are used. */
  readonly rows: readonly number[];
  /** What the label's column says in each of them. */
  readonly cells: readonly string[];
}

export interface RowOptions {
  /** Columns of the text. */
  readonly texts: readonly string[];
  /** Column of the class or score; absent for unlabelled rows. */
  readonly label?: string;
  readonly kind: 'classification' | 'regression';
  readonly onInvalid: 'error' | 'skip';
  /** Recipe key, for messages: `data.train`. */
  readonly place: string;
  warn(message: string): void;
}

/** Places that a warning names. */
const listed = 3;

function requireColumn({ origin, columns }: TextTable, name: string, key: string): void {
  if (columns.includes(name)) return;
  throw new MdpdError('TEXT_COLUMNS', `${origin} has no column "${name}"`, {
    place: key,
    allowed: columns,
    fix: didYouMean(name, columns),
    exitCode: 2,
  });
}

const isBlank = (cell: string | number | null | undefined): boolean =>
  cell == null || String(cell).trim() === '';

/** What is wrong with a row, or undefined. */
function problemOf(table: TextTable, index: number, { texts, label, kind }: RowOptions): string | undefined {
  const row = table.row(index);
  const blank = texts.find((name) => isBlank(row[name]));
  if (blank !== undefined) return `there is no text in column "${blank}"`;
  if (label === undefined) return undefined;
  const cell = row[label];
  // Files with class names say −1 where there is none.
  const absent = isBlank(cell) || (table.classNames?.[label] !== undefined && Number(cell) === -1);
  if (absent) return `there is no label in column "${label}"`;
  if (kind === 'classification') return undefined;
  return Number.isFinite(Number(cell))
    ? undefined
    : `the score in column "${label}" is ${JSON.stringify(cell)}`;
}

/**
 * Rows of a table that have all that is asked for.
 * Throws TEXT_COLUMNS for a column that is not there, TEXT_ROW for the first row that lacks something (unless such rows
 * are skipped), TEXT_EMPTY where none is left.
 */
export function readRows(table: TextTable, options: RowOptions): ReadRows {
  const { texts, label, onInvalid, place, warn } = options;
  for (const name of texts) requireColumn(table, name, 'data.text');
  if (label !== undefined)
    requireColumn(table, label, options.kind === 'regression' ? 'data.score' : 'data.label');
  const [rows, cells, bad]: [number[], string[], number[]] = [[], [], []];
  for (let index = 0; index < table.size; index++) {
    const problem = problemOf(table, index, options);
    if (problem === undefined) {
      rows.push(index);
      cells.push(label === undefined ? '' : String(table.row(index)[label]));
    } else if (onInvalid === 'skip') {
      bad.push(index);
    } else {
      throw new MdpdError('TEXT_ROW', problem, {
        place: table.place(index),
        allowed: 'text and label in every row',
        fix: 'correct the row, or leave out all rows like it: data.onInvalid=skip',
        exitCode: 2,
      });
    }
  }
  if (rows.length === 0) {
    throw new MdpdError('TEXT_EMPTY', `${table.origin} has no example`, {
      place,
      allowed: `${table.size} rows were read`,
      exitCode: 2,
    });
  }
  if (bad.length > 0) {
    const places = bad.slice(0, listed).map((index) => table.place(index));
    const more = bad.length > listed ? ', …' : '';
    warn(
      `${table.origin}: left out ${bad.length} of ${table.size} rows without text or label: ${places.join(', ')}${more}`,
    );
  }
  return { rows, cells };
}

/** Examples of the rows that were read; `labelOf` reads the label of a cell. */
export function examplesOf(
  table: TextTable,
  texts: readonly string[],
  { rows, cells }: ReadRows,
  labelOf?: (cell: string, row: number) => number,
): TextExamples {
  return tableExamples(table, texts, rows, labelOf && cells.map((cell, i) => labelOf(cell, rows[i]!)));
}
