/** The counts of a run, for people and for docs/reliability.md. */
import type { Counts } from './counts.ts';
import { failures, isFailure } from './outcome.ts';
import type { Reader } from './reader.ts';

type Named = Pick<Reader, 'name' | 'reads'>;

const megabytes = (bytes: number): string => `${Math.max(0, Math.round(bytes / 2 ** 20))} MB`;

/** `read 812, TEXT_ROW 150, …` */
export function lineOf(name: string, { kinds, milliseconds, bytes }: Counts, seconds: number): string {
  const counted = kinds.map(([kind, number]) => `${kind} ${number}`).join(', ');
  const most = `slowest ${milliseconds} ms, most memory ${megabytes(bytes)}`;
  return `${name}: ${counted}; ${most}, ${Math.round(seconds)} s`;
}

const count = (value: number): string => value.toLocaleString('en');

export function markdownTable(rows: readonly (readonly [Named, Counts])[]): string {
  const head = [
    `| reader | what | inputs | read | refused, by code | ${failures.join(' | ')} | slowest | most memory |`,
    `| --- | --- | --: | --: | --- | ${failures.map(() => '--:').join(' | ')} | --: | --: |`,
  ];
  const lines = rows.map(([{ name, reads }, { inputs, kinds, milliseconds, bytes }]) => {
    const of = (wanted: string): number => kinds.find(([kind]) => kind === wanted)?.[1] ?? 0;
    const codes = kinds.filter(([kind]) => kind !== 'read' && !isFailure({ kind }));
    return [
      `\`${name}\``,
      reads,
      count(inputs),
      count(of('read')),
      codes.map(([kind, number]) => `${kind} ${count(number)}`).join(', '),
      ...failures.map((kind) => count(of(kind))),
      `${count(milliseconds)} ms`,
      megabytes(bytes),
    ].join(' | ');
  });
  return [...head, ...lines.map((line) => `| ${line} |`)].join('\n');
}
