/** Puts finished runs into rows: runs that differ only by their seed share one, with mean and spread. */
import { leavesOf } from '@mdpd/report/leaves';
import type { Result } from '@mdpd/report/result';

/** A recipe as a tree, and the result that it gave. */
export interface ComparedRun {
  readonly name: string;
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly result: Result;
}

/** Mean and sample standard deviation (n − 1); the spread of one value is not known. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number | null;
}

export interface ComparisonRow {
  readonly method: string;
  /** Settings in which rows differ, `method.fade.train` → `head`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly runs: readonly string[];
  readonly seeds: readonly number[];
  readonly primary: string;
  readonly faded: Spread | null;
  readonly side: Spread | null;
  readonly agreement: Spread | null;
  readonly trained: number;
  readonly inference: number;
  readonly peakRssBytes: Spread;
  readonly secondsPerStep: Spread;
  readonly fadedMs: Spread | null;
  readonly sideMs: Spread | null;
  readonly smoke: boolean;
}

/** Rows in the order of their first run. */
export function compareRuns(runs: readonly ComparedRun[]): ComparisonRow[] {
  const groups = new Map<string, { flat: Map<string, string>; members: ComparedRun[] }>();
  for (const run of runs) {
    const flat = flatten(run.recipe);
    flat.delete('train.seed');
    const key = JSON.stringify([...flat].sort(([a], [b]) => (a < b ? -1 : 1)));
    const group = groups.get(key) ?? { flat, members: [] };
    group.members.push(run);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const differing = differingKeys(all.map(({ flat }) => flat));
  return all.map(({ flat, members }) => rowOf(members, flat, differing));
}

function rowOf(
  members: readonly ComparedRun[],
  flat: ReadonlyMap<string, string>,
  differing: readonly string[],
): ComparisonRow {
  const results = members.map(({ result }) => result);
  const [first] = results as [Result];
  const { primary } = first.metrics;
  const settings = differing.flatMap((key) => (flat.has(key) ? [[key, flat.get(key)!] as const] : []));
  const over = (read: (result: Result) => number | null | undefined): Spread | null =>
    spread(results.map(read));
  return {
    method: first.method,
    settings: Object.fromEntries(settings),
    runs: members.map(({ name }) => name),
    seeds: results.map(({ seed }) => seed),
    primary,
    faded: over(({ metrics }) => metrics.faded?.[primary]),
    side: over(({ metrics }) => metrics.side?.[primary]),
    agreement: over((result) => result.agreement),
    trained: first.parameters.trainedInBackbone,
    inference: first.parameters.inference,
    peakRssBytes: over(({ memory }) => memory.peakRssBytes)!,
    secondsPerStep: over(({ time }) => time.secondsPerStep)!,
    fadedMs: over(({ inference }) => inference.fadedMs),
    sideMs: over(({ inference }) => inference.sideMs),
    smoke: results.some(({ smoke }) => smoke),
  };
}

/** Mean and spread of the values that are there; null where one is missing. */
export function spread(values: readonly (number | null | undefined)[]): Spread | null {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0 || numbers.length < values.length) return null;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  if (numbers.length === 1) return { mean, deviation: null };
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (numbers.length - 1)) };
}

/** Keys whose values are not the same in all rows that have them; the method's name has a column of its own. */
export function differingKeys(rows: readonly ReadonlyMap<string, string>[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const row of rows) {
    for (const [key, value] of row) values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  return [...values].filter(([key, found]) => key !== 'method.name' && found.size > 1).map(([key]) => key);
}

/** Leaves by dotted path, values as text. */
export function flatten(tree: unknown): Map<string, string> {
  const values = [...leavesOf(tree)].filter(([, value]) => typeof value !== 'object' || value === null);
  return new Map(
    values.map(([key, value]) => [key, typeof value === 'string' ? value : String(JSON.stringify(value))]),
  );
}
