/** The records of a run, thinned out so that any run fits into memory and into a page. */
import type { EvaluationRecord, LayersRecord, NoteRecord, RunRecord, StepRecord } from '@mdpd/core';

/** Sums over all steps and evaluations, also over those that are left out. */
export interface RecordTotals {
  readonly steps: number;
  /** Of the steps alone. */
  readonly stepSeconds: number;
  readonly evaluationSeconds: number;
}

/** Steps in a row: of these, the first, the last, and those of the least and the largest loss are kept. */
interface Bucket {
  first: StepRecord;
  least: StepRecord;
  largest: StepRecord;
  last: StepRecord;
}

type Kind = 'evaluation' | 'layers' | 'note';
type OtherRecord = EvaluationRecord | LayersRecord | NoteRecord;

/**
 * Takes records one by one, in order. As long as there are few, all are kept; then every bucket of steps keeps four, and
 * twice as many steps make a bucket whenever there are too many. What is kept depends on the records alone.
 */
export class RecordHistory {
  private readonly limit: number;
  private buckets: Bucket[] = [];
  /** Steps of a bucket. */
  private span = 1;
  private inLast = 0;
  private readonly others: Record<Kind, OtherRecord[]> = { evaluation: [], layers: [], note: [] };
  private readonly sums = { steps: 0, stepSeconds: 0, evaluationSeconds: 0 };

  /** @param limit - most records of steps that are kept, and most of every other kind; at least 8 */
  constructor(limit = 4000) {
    this.limit = limit;
  }

  add(record: RunRecord): void {
    if (record.type === 'step') this.addStep(record);
    else this.addOther(record);
  }

  get totals(): RecordTotals {
    return { ...this.sums };
  }

  /** What is kept, by step; at one step, steps come first, then layers, evaluations and notes. */
  records(): RunRecord[] {
    const rank = { step: 0, layers: 1, evaluation: 2, note: 3 };
    const steps = this.buckets.flatMap(({ first, least, largest, last }) => [
      ...new Set([first, least, largest, last]),
    ]);
    return [...steps, ...Object.values(this.others).flat()].sort(
      (a, b) => a.step - b.step || rank[a.type] - rank[b.type],
    );
  }

  private addStep(record: StepRecord): void {
    this.sums.steps += 1;
    this.sums.stepSeconds += record.time.seconds;
    const bucket = this.buckets.at(-1);
    if (bucket && this.inLast < this.span) {
      merge(bucket, { first: record, least: record, largest: record, last: record });
      this.inLast += 1;
      return;
    }
    this.buckets.push({ first: record, least: record, largest: record, last: record });
    this.inLast = 1;
    const perBucket = this.span === 1 ? 1 : 4;
    if (this.buckets.length * perBucket > this.limit) this.widen();
  }

  /** Every two buckets become one. */
  private widen(): void {
    do {
      const { length } = this.buckets;
      this.inLast += length % 2 === 0 ? this.span : 0;
      this.buckets = this.buckets.filter((bucket, index) => {
        if (index % 2 === 1) merge(this.buckets[index - 1]!, bucket);
        return index % 2 === 0;
      });
      this.span *= 2;
    } while (this.buckets.length * 4 > this.limit);
  }

  private addOther(record: OtherRecord): void {
    if (record.type === 'evaluation') this.sums.evaluationSeconds += record.time.seconds;
    const kept = this.others[record.type];
    kept.push(record);
    if (kept.length <= this.limit) return;
    // The first and the newest stay.
    this.others[record.type] = kept.filter((_, index) => index % 2 === 0 || index === kept.length - 1);
  }
}

function merge(bucket: Bucket, next: Bucket): void {
  if (next.least.loss < bucket.least.loss) bucket.least = next.least;
  if (next.largest.loss > bucket.largest.loss) bucket.largest = next.largest;
  bucket.last = next.last;
}
