/** When the records of a run were made: metrics.jsonl does not say, an event file of before does. */
import { existsSync, statSync } from 'node:fs';
import type { RunRecord } from '@mdpd/core';
import { eventTime, type EventTime } from './event.ts';
import { readRecords } from './tf-record.ts';

/** The times of the events of a file, in order, up to where it is torn; none where there is no such file. */
export function readTimes(file: string): EventTime[] {
  if (!existsSync(file)) return [];
  const times: EventTime[] = [];
  try {
    for (const event of readRecords(file)) times.push(eventTime(event));
  } catch {
    // What is no event file says nothing.
  }
  return times;
}

/**
 * Gives wall times, in seconds since 1970, to records that are read back, one after the other: those of the old events
 * where there are some, else the beginning and how long the run had taken. They never go back.
 */
export class WallTimes {
  /** When the run began. */
  readonly began: number;
  private readonly old: readonly EventTime[];
  private readonly latest: number;
  private last: number;

  /**
   * @param old - of the events before; the first is that of the file's beginning
   * @param prelude - events that come before those of the records
   * @param metrics - metrics.jsonl, whose age tells when the run began if nothing else does
   * @param now - seconds since 1970
   */
  constructor(old: readonly EventTime[], prelude: number, metrics: string, now: number) {
    this.old = old.slice(prelude);
    this.latest = now;
    this.began = Math.min(old[0]?.wallTime ?? ageOf(metrics) ?? now, now);
    this.last = this.began;
  }

  /** @param at - number of the record, from 0 */
  of(record: RunRecord, at: number): number {
    const old = this.old[at];
    const elapsed = record.type === 'step' ? record.time.elapsedSeconds : 0;
    const time = old?.step === record.step ? old.wallTime : this.began + elapsed;
    this.last = Math.min(Math.max(this.last, time), this.latest);
    return this.last;
  }
}

/** Seconds since 1970; undefined where there is no such file. */
function ageOf(file: string): number | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return undefined;
  return (stats.birthtimeMs > 0 ? stats.birthtimeMs : stats.mtimeMs) / 1000;
}
