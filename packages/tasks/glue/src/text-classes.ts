/** Which classes a user's texts have, and which of them a cell names. */
import { didYouMean, MdpdError, type TextTable } from '@mdpd/core';

/** More than this are no classes, but numbers or texts. */
const mostClasses = 1000;
/** Classes that a message lists. */
const listed = 20;

function list(labels: readonly string[]): string {
  const more = labels.length > listed ? ` and ${labels.length - listed} more` : '';
  return `${labels.slice(0, listed).join(', ')}${more}`;
}

/** Numbers by their size, everything else by its characters: the same order on every machine. */
function sorted(names: Iterable<string>): string[] {
  const all = [...names];
  const numeric = all.every((name) => /^-?\d{1,15}$/.test(name));
  return all.sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : a > b ? 1 : 0));
}

/** The class names that a file says, else undefined. */
function namedClasses({ classNames }: TextTable, column: string): readonly string[] | undefined {
  return classNames?.[column];
}

/** Name of the class that a cell means: files with class names have its number. */
function nameOf(table: TextTable, column: string, cell: string): string {
  const names = namedClasses(table, column);
  return (/^\d{1,6}$/.test(cell) ? names?.[Number(cell)] : undefined) ?? cell;
}

/**
 * Class names of training rows in label order: those that the file says, else those that occur, sorted.
 * Throws DATA_CLASSES for a single class, or for so many that they are none.
 */
export function trainingClasses(
  table: TextTable,
  column: string,
  cells: readonly string[],
): readonly string[] {
  const occurring = new Set(cells.map((cell) => nameOf(table, column, cell)));
  const fail = (message: string, fix: string): never => {
    throw new MdpdError('DATA_CLASSES', message, { place: 'data.label', fix, exitCode: 2 });
  };
  if (occurring.size === 1) {
    const [only] = occurring;
    return fail(
      `all ${cells.length} examples of ${table.origin} are of one class, "${only}"`,
      'name a column with two classes or more',
    );
  }
  if (occurring.size > mostClasses) {
    return fail(
      `the column "${column}" of ${table.origin} has ${occurring.size} different values`,
      `for a number to predict name it under \`score\` instead: data.score=${column}`,
    );
  }
  return namedClasses(table, column) ?? sorted(occurring);
}

/**
 * Reads the class of a cell, as its position in `labels`.
 * Throws TEXT_LABEL with file and row for a class that is none of them.
 */
export function classReader(
  table: TextTable,
  column: string,
  labels: readonly string[],
): (cell: string, row: number) => number {
  const positions = new Map(labels.map((label, position) => [label, position]));
  return (cell, row) => {
    const name = nameOf(table, column, cell);
    const position = positions.get(name);
    if (position !== undefined) return position;
    throw new MdpdError('TEXT_LABEL', `the class "${name}" is none of the model's classes`, {
      place: table.place(row),
      allowed: list(labels),
      fix: didYouMean(name, labels) ?? 'add examples of it to the training data, or remove the row',
      exitCode: 2,
    });
  };
}
