/** The records of a run, sorted by what they are. */
import type { EvaluationRecord, LayersRecord, NoteRecord, RunRecord, StepRecord } from '@mdpd/core';

/** A step and a value at it. */
export type Point = readonly [step: number, value: number];

/** Steps `from` … `to` of one phase. */
export interface PhaseBand {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Records by their type, each in order. */
export interface History {
  readonly steps: readonly StepRecord[];
  readonly evaluations: readonly EvaluationRecord[];
  readonly layers: readonly LayersRecord[];
  readonly notes: readonly NoteRecord[];
}

/** Records of types that are not known here are left out. */
export function readHistory(records: readonly RunRecord[]): History {
  const history = {
    step: [] as StepRecord[],
    evaluation: [] as EvaluationRecord[],
    layers: [] as LayersRecord[],
    note: [] as NoteRecord[],
  };
  for (const record of records) {
    if (Object.hasOwn(history, record.type)) (history[record.type] as RunRecord[]).push(record);
  }
  const { step: steps, evaluation: evaluations, layers, note: notes } = history;
  return { steps, evaluations, layers, notes };
}

/** What `read` finds in the records, at their steps; what is missing or no finite number is left out. */
export function pointsOf<R extends { readonly step: number }>(
  records: readonly R[],
  read: (record: R) => number | null | undefined,
): Point[] {
  const points: Point[] = [];
  for (const record of records) {
    const value = read(record);
    if (typeof value === 'number' && Number.isFinite(value)) points.push([record.step, value]);
  }
  return points;
}

/** Keys that any of the records has, in the order in which they first come. */
export function keysOf<R>(records: readonly R[], read: (record: R) => object | undefined): string[] {
  const keys = new Set<string>();
  for (const record of records) for (const key of Object.keys(read(record) ?? {})) keys.add(key);
  return [...keys];
}

/** Phases in order, without gaps. */
export function phasesOf(steps: readonly StepRecord[]): PhaseBand[] {
  const bands: { name: string; from: number; to: number }[] = [];
  for (const { phase, step } of steps) {
    const last = bands.at(-1);
    if (last?.name === phase) last.to = step;
    else bands.push({ name: phase, from: last?.to ?? 0, to: step });
  }
  return bands;
}

/** Steps of the whole run, done or not; 0 where none was taken. */
export function totalSteps({ steps }: Pick<History, 'steps'>): number {
  const last = steps.at(-1);
  return last === undefined ? 0 : Math.max(last.steps, last.step);
}
