/** `mdpd compare … --glue`: a row a method, a column a data set, and the published means, as papers print benchmarks. */
import { MdpdError, type TaskProvider } from '@mdpd/core';
import { differingKeys, flatten, spread, type ComparedRun, type Spread } from '@mdpd/report/comparison';
import { primaryMetric } from '@mdpd/report/result';

export interface BenchmarkTableRow {
  readonly method: string;
  /** Settings of method, backbone and protocol in which rows differ. */
  readonly settings: Readonly<Record<string, string>>;
  readonly runs: readonly string[];
  /** Primary metric by data set, over seeds; null where there is no run. */
  readonly parts: Readonly<Record<string, Spread | null>>;
  /** The benchmark's scores by name; none where data sets are missing. */
  readonly means: Readonly<Record<string, Spread>>;
  /** Data sets that the means need and that have no run. */
  readonly missing: readonly string[];
  readonly smoke: boolean;
}

type Provider = Pick<TaskProvider, 'name' | 'aggregate' | 'benchmark'>;

/**
 * Runs of one benchmark. Those of one method, backbone and protocol share a row, whatever they were trained with: papers
 * choose learning rates and epochs by data set. Throws COMPARE_TWICE where a row has two runs of one data set and seed.
 */
export function benchmarkTable(runs: readonly ComparedRun[], provider: Provider): BenchmarkTableRow[] {
  const { settingsOf } = provider.benchmark!;
  const groups = new Map<string, { flat: Map<string, string>; members: ComparedRun[] }>();
  for (const run of runs) {
    const { method, backbone, data } = run.recipe;
    const flat = flatten({ method, backbone, data: settingsOf(data) });
    const key = JSON.stringify([...flat].sort(([a], [b]) => (a < b ? -1 : 1)));
    const group = groups.get(key) ?? { flat, members: [] };
    group.members.push(run);
    groups.set(key, group);
  }
  const differing = differingKeys([...groups.values()].map(({ flat }) => flat));
  return [...groups.values()].map(({ flat, members }) => {
    const settings = differing.flatMap((key) => (flat.has(key) ? [[key, flat.get(key)!] as const] : []));
    return { settings: Object.fromEntries(settings), ...rowOf(members, provider) };
  });
}

function rowOf(members: readonly ComparedRun[], provider: Provider): Omit<BenchmarkTableRow, 'settings'> {
  const { parts: names, optional = [], partOf } = provider.benchmark!;
  const byPart = new Map(names.map((name) => [name, new Map<number, ComparedRun>()]));
  for (const run of members) {
    const seeds = byPart.get(partOf(run.recipe['data']))!;
    const { seed, method } = run.result;
    const other = seeds.get(seed);
    if (other) throw twice(`${method} on ${partOf(run.recipe['data'])} with seed ${seed}`, [other, run]);
    seeds.set(seed, run);
  }
  const parts = names.map((name) => [name, spread(valuesOf(byPart.get(name)!))] as const);
  return {
    method: members[0]!.result.method,
    runs: members.map(({ name }) => name),
    parts: Object.fromEntries(parts),
    means: meansOf(
      [...byPart.values()].filter(({ size }) => size > 0),
      provider,
    ),
    missing: names.filter((name) => byPart.get(name)!.size === 0 && !optional.includes(name)),
    smoke: members.some(({ result }) => result.smoke),
  };
}

function valuesOf(seeds: ReadonlyMap<number, ComparedRun>): number[] {
  return [...seeds.values()].map(({ result }) => primaryMetric(result) ?? 0);
}

/** Scores of the means over seeds; their spread where all data sets have the same seeds. */
function meansOf(
  parts: readonly ReadonlyMap<number, ComparedRun>[],
  { aggregate }: Provider,
): Record<string, Spread> {
  const [first] = parts;
  if (!first || !aggregate) return {};
  const over = (valueOf: (seeds: ReadonlyMap<number, ComparedRun>) => number) =>
    aggregate(
      parts.map((seeds) => ({ data: [...seeds.values()][0]!.recipe['data'], value: valueOf(seeds) })),
    );
  const scores = over((seeds) => spread(valuesOf(seeds))!.mean);
  const seeds = [...first.keys()];
  const alike = parts.every((part) => part.size === seeds.length && seeds.every((seed) => part.has(seed)));
  const single = alike ? seeds.map((seed) => over((part) => primaryMetric(part.get(seed)!.result) ?? 0)) : [];
  const entries = Object.entries(scores).map(([name, mean]) => {
    const deviation = spread(single.map((each) => each[name]))?.deviation ?? null;
    return [name, { mean, deviation }] as const;
  });
  return Object.fromEntries(entries);
}

function twice(what: string, runs: readonly ComparedRun[]): MdpdError {
  return new MdpdError(
    'COMPARE_TWICE',
    `there are two runs of ${what}: ${runs.map(({ name }) => name).join(', ')}`,
    {
      allowed: 'one run of a data set and seed in a row',
      fix: 'name one of them; without the flag, compare shows in what runs differ',
      exitCode: 2,
    },
  );
}

/** Rows of cells, the first of them the heading; and what there is to say below. */
export function benchmarkCells(
  rows: readonly BenchmarkTableRow[],
  settingsText: (settings: BenchmarkTableRow['settings']) => string,
): { cells: string[][]; textColumns: number; notes: string[] } {
  const differ = rows.some(({ settings }) => Object.keys(settings).length > 0);
  const parts = Object.keys(rows[0]!.parts).filter((name) => rows.some((row) => row.parts[name]));
  const means = [...new Set(rows.flatMap((row) => Object.keys(row.means)))];
  const shown = (value: Spread | null | undefined): string => {
    if (!value) return '';
    const { mean, deviation } = value;
    return (100 * mean).toFixed(1) + (deviation === null ? '' : ` ± ${(100 * deviation).toFixed(1)}`);
  };
  const several = rows.some(({ parts: all }) => Object.values(all).some((each) => each?.deviation != null));
  return {
    cells: [
      ['method', ...(differ ? ['differs in'] : []), ...parts, ...means],
      ...rows.map((row) => [
        row.method + (row.smoke ? ' (smoke)' : ''),
        ...(differ ? [settingsText(row.settings)] : []),
        ...parts.map((name) => shown(row.parts[name])),
        ...means.map((name) => shown(row.means[name])),
      ]),
    ],
    textColumns: differ ? 2 : 1,
    notes: [
      'Primary metrics × 100.',
      ...(several ? ['± is the sample standard deviation over seeds.'] : []),
      ...rows
        .filter(({ missing }) => missing.length > 0)
        .map(({ method, missing }) => `No mean for ${method}: ${missing.join(', ')} missing.`),
    ],
  };
}
