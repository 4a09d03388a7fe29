/** Counts of runs, kept beside the failing inputs: a table of all readers may come from several runs. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Outcome } from './outcome.ts';

export interface Counts {
  readonly seed: number;
  readonly inputs: number;
  readonly date: string;
  /** How often each kind came, most frequent first. */
  readonly kinds: readonly (readonly [kind: string, count: number])[];
  /** Most processor time, in milliseconds. */
  readonly milliseconds: number;
  /** Most memory beyond that at rest. */
  readonly bytes: number;
}

export function countsOf(outcomes: readonly Outcome[], seed: number): Counts {
  const counts = new Map<string, number>();
  for (const { kind } of outcomes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const most = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((largest, outcome) => Math.max(largest, of(outcome)), 0);
  return {
    seed,
    inputs: outcomes.length,
    date: new Date().toISOString().slice(0, 10),
    kinds,
    milliseconds: Math.ceil(most(({ milliseconds }) => milliseconds)),
    bytes: most(({ bytes }) => bytes),
  };
}

const fileIn = (folder: string): string => path.join(folder, 'counts.json');

/** Counts by reader; empty where there are none yet. */
export function readCounts(folder: string): Readonly<Record<string, Counts>> {
  try {
    return JSON.parse(readFileSync(fileIn(folder), 'utf8')) as Record<string, Counts>;
  } catch {
    return {};
  }
}

/** Those of a reader take the place of earlier ones. */
export function keepCounts(folder: string, reader: string, counts: Counts): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    fileIn(folder),
    `${JSON.stringify({ ...readCounts(folder), [reader]: counts }, undefined, 1)}\n`,
  );
}
