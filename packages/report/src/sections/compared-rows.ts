/** The runs of a comparison: rows of the table, each with the mark that it has in every picture. */
import type { Mark } from '../chart/marks.ts';
import { tones, type Tone } from '../chart/palette.ts';
import { compareRuns, flatten, type ComparisonRow } from '../comparison.ts';
import { clip } from '../format.ts';
import type { RunView } from '../run-view.ts';

/** Runs that differ by their seed alone, finished or not. */
export interface ComparedRow {
  /** Method, and what it differs in from others of the same method. */
  readonly name: string;
  readonly mark: Mark;
  readonly views: readonly RunView[];
  /** Of the finished ones; undefined where none is. */
  readonly row?: ComparisonRow;
}

/** Rows in the order of their first run; those of unfinished runs come last. */
export function comparedRows(views: readonly RunView[]): ComparedRow[] {
  const finished = views.flatMap(({ name, recipe, result }) => (result ? [{ name, recipe, result }] : []));
  const rows = compareRuns(finished);
  const groups = rows.map((row) => ({ row, views: views.filter(({ name }) => row.runs.includes(name)) }));
  const unfinished = unfinishedGroups(views.filter(({ result }) => result === undefined));
  const all: { row?: ComparisonRow; views: readonly RunView[]; name: string }[] = [
    ...groups.map((group) => ({ ...group, name: nameOf(group.row, rows) })),
    ...unfinished.map((group) => ({ views: group, name: group[0]!.name })),
  ];
  return all.map((each, i) => ({ ...each, mark: markOf(each.row?.method, i, all) }));
}

/** Unfinished runs of a recipe, whatever their seeds. */
function unfinishedGroups(views: readonly RunView[]): RunView[][] {
  const groups = new Map<string, RunView[]>();
  for (const view of views) {
    const flat = flatten(view.recipe);
    flat.delete('train.seed');
    const key = JSON.stringify([...flat].sort());
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  return [...groups.values()];
}

/** The method alone where it is enough; the last parts of dotted keys else. */
function nameOf(row: ComparisonRow, rows: readonly ComparisonRow[]): string {
  const same = rows.filter(({ method }) => method === row.method);
  if (same.length === 1) return clip(row.method, 40);
  const settings = Object.entries(row.settings).filter(([key, value]) =>
    same.some((other) => other.settings[key] !== value),
  );
  const told = settings.map(([key, value]) => `${key.split('.').at(-1)!}=${value}`);
  return clip([row.method, ...told].join(' '), 60);
}

/** The first row of `mdpd` and that of `side` have their accents; others take what is left in turns. */
function markOf(method: string | undefined, index: number, all: readonly { row?: ComparisonRow }[]): Mark {
  const first = all.findIndex(({ row }) => row !== undefined && row.method === method) === index;
  const tone: Tone =
    first && method === 'mdpd' ? 'faded' : first && method === 'side' ? 'side' : tones[index % tones.length]!;
  return { tone, dash: index, shape: index };
}
