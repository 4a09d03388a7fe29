/** Encoded inputs whose outputs are still computed in a browser: few, and not for long. */
import { randomUUID } from 'node:crypto';
import type { Batch } from '@mdpd/core';

const mostKept = 16;
const keptMilliseconds = 10 * 60_000;

/** Keeps batches by a name that cannot be guessed. */
export class KeptBatches {
  private readonly batches = new Map<string, { readonly batch: Batch; readonly until: number }>();
  private readonly now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** Keeps a batch and gives its name; the oldest ones make room. */
  keep(batch: Batch): string {
    for (const [name, { until }] of this.batches) {
      if (this.batches.size >= mostKept || until < this.now()) this.batches.delete(name);
    }
    const id = randomUUID();
    this.batches.set(id, { batch, until: this.now() + keptMilliseconds });
    return id;
  }

  /** The batch, which is not kept any longer; undefined where it is not there. */
  take(id: string): Batch | undefined {
    const kept = this.batches.get(id);
    this.batches.delete(id);
    return kept && kept.until >= this.now() ? kept.batch : undefined;
  }
}
