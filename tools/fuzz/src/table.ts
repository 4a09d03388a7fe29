/** The counts of a run, for people and for docs/reliability.md. */
import { failures, isFailure, type Outcome } from './outcome.ts';
import type { Reader } from './reader.ts';

export interface ReaderResult {
  readonly reader: Pick<Reader, 'name' | 'reads'>;
  readonly outcomes: readonly Outcome[];
  readonly seconds: number;
}

/** How often each kind came, most frequent first. */
export function countKinds(
  outcomes: readonly Outcome[],
): readonly (readonly [kind: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { kind } of outcomes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

const largest = (outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number =>
  outcomes.reduce((most, outcome) => Math.max(most, of(outcome)), 0);

const count = (value: number): string => value.toLocaleString('en');

/** `read 812, TEXT_ROW 150, …` */
export function lineOf({ reader, outcomes, seconds }: ReaderResult): string {
  const kinds = countKinds(outcomes).map(([kind, number]) => `${kind} ${number}`);
  const slowest = Math.round(largest(outcomes, ({ milliseconds }) => milliseconds));
  const memory = Math.round(largest(outcomes, ({ bytes }) => bytes) / 2 ** 20);
  return `${reader.name}: ${kinds.join(', ')}; slowest ${slowest} ms, most memory ${memory} MB, ${Math.round(seconds)} s`;
}

export function markdownTable(results: readonly ReaderResult[]): string {
  const head = [
    '| reader | what | inputs | read | refused, by code | crash | hang | memory | escape | slowest | most memory |',
    '| --- | --- | --: | --: | --- | --: | --: | --: | --: | --: | --: |',
  ];
  const lines = results.map(({ reader, outcomes }) => {
    const kinds = countKinds(outcomes);
    const of = (wanted: string): number => kinds.find(([kind]) => kind === wanted)?.[1] ?? 0;
    const codes = kinds.filter(([kind]) => kind !== 'read' && !isFailure({ kind }));
    return [
      `\`${reader.name}\``,
      reader.reads,
      count(outcomes.length),
      count(of('read')),
      codes.map(([kind, number]) => `${kind} ${count(number)}`).join(', '),
      ...failures.map((kind) => count(of(kind))),
      `${count(Math.ceil(largest(outcomes, ({ milliseconds }) => milliseconds)))} ms`,
      `${Math.max(0, Math.round(largest(outcomes, ({ bytes }) => bytes) / 2 ** 20))} MB`,
    ].join(' | ');
  });
  return [...head, ...lines.map((line) => `| ${line} |`)].join('\n');
}
