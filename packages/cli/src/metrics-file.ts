/** metrics.jsonl: every record of a run, one JSON object a line, in the order in which they happened. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { MdpdError, type Reporter, type RunRecord } from '@mdpd/core';
import { hashInto, type FileHash } from './file-hash.ts';
import { diskError } from './files.ts';

/**
 * Keys of a line, in this order; `time` last, because everything that differs between two equal runs stands in it:
 * cut it off and two such files are the same bytes.
 */
const order = [
  'type',
  'step',
  'steps',
  'epoch',
  'phase',
  'split',
  'path',
  'examples',
  'loss',
  'metric',
  'metrics',
  'message',
  'parts',
  'layers',
  'boundary',
  'learningRate',
  'time',
] as const;

/** A beginning of the file. */
export type MetricsPosition = FileHash;

/** Appends each record at once, so that a run that dies leaves what it measured. Throws DISK_FULL or WRITE_FAILED. */
export class MetricsFile implements Reporter {
  readonly name = 'metrics.jsonl';
  private readonly file: string;
  private readonly handle: number;
  private readonly hash: Hash;
  private readonly goesOn: boolean;
  private bytes: number;

  /**
   * @param keep - how much of a file that is there belongs to the run that goes on; the rest is cut off
   * @throws DISK_FULL, WRITE_FAILED, or METRICS_CHANGED where that beginning is not the one that was written
   */
  constructor(file: string, keep?: MetricsPosition) {
    this.file = file;
    this.goesOn = keep !== undefined && keep.bytes > 0;
    this.bytes = keep?.bytes ?? 0;
    this.hash = keep === undefined ? createHash('sha256') : beginning(file, keep);
    this.handle = attempt(file, () => {
      const handle = openSync(file, 'a');
      if (fstatSync(handle).size > this.bytes) ftruncateSync(handle, this.bytes);
      return handle;
    });
  }

  record(record: RunRecord): void {
    // What is said before the first step was said and recorded when the run began.
    if (this.goesOn && record.step === 0) return;
    const line = Buffer.from(metricsLine(record));
    attempt(this.file, () => {
      for (let done = 0; done < line.length;) done += writeSync(this.handle, line, done);
    });
    this.hash.update(line);
    this.bytes += line.length;
  }

  /** What is in it now. */
  position(): MetricsPosition {
    return { bytes: this.bytes, sha256: this.hash.copy().digest('hex') };
  }

  /** Waits until the disk has it. */
  sync(): void {
    attempt(this.file, () => fsyncSync(this.handle));
  }

  close(): void {
    closeSync(this.handle);
  }
}

/** The checksum of what is kept, to go on from. */
function beginning(file: string, keep: MetricsPosition): Hash {
  const hash = createHash('sha256');
  const length = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (length >= keep.bytes) attempt(file, () => hashInto(hash, file, keep.bytes));
  if (length >= keep.bytes && hash.copy().digest('hex') === keep.sha256) return hash;
  throw new MdpdError(
    'METRICS_CHANGED',
    'this is not what the run had written when its checkpoint was made',
    {
      place: file,
      fix: 'put the file back as it was, or train again in another folder',
    },
  );
}

export function metricsLine(record: RunRecord): string {
  const sorted = Object.fromEntries(
    order.flatMap((key) => (key in record ? [[key, record[key as keyof RunRecord]]] : [])),
  );
  return `${JSON.stringify(sorted)}\n`;
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    throw diskError(thrown, file);
  }
}
