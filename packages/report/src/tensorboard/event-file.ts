/** An event file that is being written: a few events are kept back, so that a step costs no write of its own. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { frameRecord } from './tf-record.ts';

/** What waits is written once it is this much. */
const mostBytes = 64_000;
/** Or once this many milliseconds have passed. */
const longestWait = 2000;

/** Writes events to a new file. All throw as `node:fs` does. */
export class EventFile {
  private readonly handle: number;
  private readonly now: () => number;
  private waiting: Buffer[] = [];
  private bytes = 0;
  private writtenAt: number;

  /**
   * Replaces what is in the file.
   * @param now - milliseconds
   */
  constructor(file: string, now: () => number = Date.now) {
    this.handle = openSync(file, 'w');
    this.now = now;
    this.writtenAt = now();
  }

  /** Takes an encoded event. */
  add(event: Uint8Array): void {
    const framed = frameRecord(event);
    this.waiting.push(framed);
    this.bytes += framed.length;
    if (this.bytes >= mostBytes) this.flush();
    else this.flushWhenDue();
  }

  /** Writes what has waited long enough. */
  flushWhenDue(): void {
    if (Math.abs(this.now() - this.writtenAt) >= longestWait) this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    this.writtenAt = this.now();
    if (this.bytes === 0) return;
    const all = Buffer.concat(this.waiting);
    // What cannot be written is not tried again.
    [this.waiting, this.bytes] = [[], 0];
    for (let done = 0; done < all.length;) done += writeSync(this.handle, all, done);
  }

  /** Writes what waits, and closes the file either way. */
  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.handle);
    }
  }
}
