/** Reads texts and labels of a GLUE split from a table: finds the columns, checks the labels, leaves out broken rows. */
import { MdpdError, type TextRow, type TextTable } from '@mdpd/core';
import type { GlueColumn, GlueSplit, GlueTask } from './glue-tasks.ts';
import { tableExamples } from './table-examples.ts';
import type { TextExamples } from './text-examples.ts';

export interface RowContext {
  readonly task: GlueTask;
  readonly split: GlueSplit;
  /** The task's class names in the order of the model's outputs. */
  readonly labels: readonly string[];
  warn(message: string): void;
}

/** Places that a warning names. */
const listed = 3;

/** Name of a table's column, as its header has it. Throws TEXT_COLUMNS. */
function findColumn({ origin, columns }: TextTable, { names }: GlueColumn): string {
  const found = names.find((name) => columns.includes(name));
  if (found !== undefined) return found;
  throw new MdpdError(
    'TEXT_COLUMNS',
    `there is no column ${names.map((name) => JSON.stringify(name)).join(' or ')}`,
    {
      place: origin,
      allowed: columns.map((name) => JSON.stringify(name)),
      exitCode: 2,
    },
  );
}

/** A label, or undefined for a row without one. */
type LabelReader = (row: TextRow, index: number) => number | undefined;

/** Whether a cell says that there is no label: Hugging Face writes −1. */
function isAbsent(cell: string | number | null): boolean {
  return cell === null || cell === '' || Number(cell) === -1;
}

function badLabel(table: TextTable, index: number, cell: unknown, allowed: string): MdpdError {
  return new MdpdError('TEXT_LABEL', `the label is ${JSON.stringify(cell)}`, {
    place: table.place(index),
    allowed,
    exitCode: 2,
  });
}

function scoreReader(table: TextTable, column: string): LabelReader {
  return (row, index) => {
    const cell = row[column] ?? null;
    if (isAbsent(cell)) return undefined;
    const score = Number(cell);
    if (score >= 0 && score <= 5) return score;
    throw badLabel(table, index, cell, 'a number from 0 to 5');
  };
}

/** Reads ids, the strings of the original files, and class names; ids are those of the file where it names classes. */
function classReader(table: TextTable, column: string, { task, labels }: RowContext): LabelReader {
  const names = table.classNames?.[column] ?? task.labels;
  const positions = new Map<string, number>();
  const add = (key: string, name: string): void => {
    const position = labels.indexOf(name);
    if (position >= 0 && !positions.has(key)) positions.set(key, position);
  };
  names.forEach((name, id) => add(String(id), name));
  names.forEach((name) => add(name, name));
  task.strings.forEach((text, id) => add(text, task.labels[id]!));
  const allowed = [...new Set([...task.strings, ...task.labels])].join(', ');
  return (row, index) => {
    const cell = row[column] ?? null;
    if (isAbsent(cell)) return undefined;
    const position = positions.get(String(cell));
    if (position !== undefined) return position;
    throw badLabel(table, index, cell, `${allowed}, or ${task.labels.map((_, id) => id).join(', ')}`);
  };
}

function warnOfBroken(table: TextTable, broken: readonly number[], warn: (message: string) => void): void {
  if (broken.length === 0) return;
  const places = broken.slice(0, listed).map((index) => table.place(index));
  const more = broken.length > listed ? ', …' : '';
  warn(
    `${table.origin}: left out ${broken.length} of ${table.size} rows that lack a text or label: ${places.join(', ')}${more}`,
  );
}

/** They stay, as at Hugging Face: QQP has some. */
function warnOfEmpty(table: TextTable, empty: readonly number[], warn: (message: string) => void): void {
  if (empty.length === 0) return;
  const places = empty.slice(0, listed).map((index) => table.place(index));
  const more = empty.length > listed ? ', …' : '';
  warn(
    `${table.origin}: ${empty.length} of ${table.size} rows have an empty text: ${places.join(', ')}${more}`,
  );
}

function nothingLeft(table: TextTable, what: string): MdpdError {
  return new MdpdError('TEXT_EMPTY', `${table.origin} has no ${what}`, {
    place: table.origin,
    allowed: `${table.size} rows were read`,
    exitCode: 2,
  });
}

/**
 * Examples of a table with labels. Rows that lack a text or label are left out with one warning: QQP has some. Rows whose
 * text is empty stay, with a warning.
 * Throws TEXT_COLUMNS, TEXT_LABEL for a label that the task does not have, TEXT_EMPTY where nothing is left.
 */
export function labelledRows(table: TextTable, context: RowContext): TextExamples {
  const { task, split } = context;
  const texts = split.tsv.texts.map((column) => findColumn(table, column));
  const column = findColumn(table, split.tsv.label!);
  const read = task.kind === 'regression' ? scoreReader(table, column) : classReader(table, column, context);
  const [kept, labels, broken, empty]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let index = 0; index < table.size; index++) {
    const row = table.row(index);
    const label = texts.every((name) => row[name] != null) ? read(row, index) : undefined;
    if (label === undefined) {
      broken.push(index);
      continue;
    }
    if (texts.some((name) => String(row[name]).trim() === '')) empty.push(index);
    kept.push(index);
    labels.push(label);
  }
  if (kept.length === 0) throw nothingLeft(table, 'labelled example');
  warnOfBroken(table, broken, context.warn);
  warnOfEmpty(table, empty, context.warn);
  return tableExamples(table, texts, kept, labels);
}

/** All rows of a table, without labels. Throws TEXT_COLUMNS, and TEXT_ROW for a row that lacks a text. */
export function unlabelledRows(table: TextTable, context: RowContext): TextExamples {
  const texts = context.split.tsv.texts.map((column) => findColumn(table, column));
  if (table.size === 0) throw nothingLeft(table, 'example');
  for (let index = 0; index < table.size; index++) {
    const row = table.row(index);
    const missing = texts.find((name) => row[name] == null);
    if (missing === undefined) continue;
    // An answer is due for every row: none may be left out.
    throw new MdpdError('TEXT_ROW', `the row has no ${missing}`, { place: table.place(index) });
  }
  return tableExamples(
    table,
    texts,
    Array.from({ length: table.size }, (_, index) => index),
  );
}

/** Warns where a split has another size than the published one. */
export function compareSize(examples: TextExamples, { split, warn }: RowContext): void {
  if (examples.size === split.rows) return;
  warn(
    `${examples.origin} has ${examples.size} examples, the published ${split.name} split has ${split.rows}: figures may not be comparable`,
  );
}
