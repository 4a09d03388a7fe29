/** Reads metrics.jsonl while it grows, or all at once: whole lines only, in pieces of bounded size. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MdpdError, systemCode, type RunRecord } from '@mdpd/core';

const pieceBytes = 1_000_000;
/** What stood before the place that was read up to: by it a file that was cut off and has grown again is known. */
const mostTail = 256;
/** A longer line is no line of ours. */
const longestLine = 16_000_000;

/** What has come to the file since it was read last. */
export interface ReadLines {
  readonly records: readonly RunRecord[];
  /** The file was cut off, or is another one: these are its records from the first on. */
  readonly restarted: boolean;
  /** There is more, to be read at once. */
  readonly more: boolean;
}

const nothing: ReadLines = { records: [], restarted: false, more: false };

/** A place in a file of records, which goes on as the file grows. */
export class RecordLines {
  private readonly file: string;
  /** Bytes of whole lines that were read. */
  private offset = 0;
  /** The last of those bytes. */
  private tail: Buffer = Buffer.alloc(0);

  /** @param file - need not be there yet */
  constructor(file: string) {
    this.file = file;
  }

  /**
   * The records of the lines that are whole by now, about a megabyte at a time. A last line without its end is left for
   * later; so is a file that is not there.
   * @throws RECORDS_INVALID where a whole line is no record, and what the system throws
   */
  read(): ReadLines {
    let handle: number;
    try {
      handle = openSync(this.file, 'r');
    } catch (thrown) {
      if (systemCode(thrown) !== 'ENOENT') throw thrown;
      return this.offset > 0 ? this.restart(nothing) : nothing;
    }
    try {
      return this.goesOn(handle) ? this.next(handle) : this.restart(this.next(handle, 0));
    } finally {
      closeSync(handle);
    }
  }

  /** The records of all lines that are whole by now and were not read yet. Throws as `read`. */
  *rest(): Generator<RunRecord> {
    for (let more = true; more;) {
      const read = this.read();
      yield* read.records;
      more = read.more;
    }
  }

  private restart(read: ReadLines): ReadLines {
    if (read.records.length === 0) [this.offset, this.tail] = [0, Buffer.alloc(0)];
    return { ...read, restarted: true };
  }

  private goesOn(handle: number): boolean {
    if (fstatSync(handle).size < this.offset) return false;
    const length = this.tail.length;
    return readAt(handle, this.offset - length, length).equals(this.tail);
  }

  private next(handle: number, from = this.offset): ReadLines {
    const { size } = fstatSync(handle);
    let piece = readAt(handle, from, pieceBytes);
    let end = piece.lastIndexOf(10) + 1;
    for (let bytes = 2 * pieceBytes; end === 0 && size - from > piece.length; bytes *= 2) {
      if (piece.length > longestLine) throw this.invalid(from);
      piece = readAt(handle, from, bytes);
      end = piece.lastIndexOf(10) + 1;
    }
    const whole = piece.subarray(0, end);
    const records = this.parse(whole, from);
    this.offset = from + end;
    if (end > 0) this.tail = Buffer.from(whole.subarray(-mostTail));
    return { records, restarted: false, more: end > 0 && size > this.offset };
  }

  private parse(whole: Buffer, from: number): RunRecord[] {
    const lines = whole.toString('utf8').split('\n');
    return lines.flatMap((line): RunRecord[] => {
      if (line === '') return [];
      try {
        const record = JSON.parse(line) as RunRecord;
        if (isRecord(record)) return [record];
      } catch {
        // Below.
      }
      throw this.invalid(from, line);
    });
  }

  private invalid(from: number, line = ''): MdpdError {
    return new MdpdError('RECORDS_INVALID', `a line is no record: ${JSON.stringify(line.slice(0, 80))}`, {
      place: `${this.file}, after byte ${from}`,
    });
  }
}

/** Whether a line has what is read of it, whoever wrote it. */
function isRecord(value: unknown): value is RunRecord {
  const record = value as Partial<Record<string, unknown>> | null;
  if (typeof record !== 'object' || record === null || typeof record['step'] !== 'number') return false;
  const has = (key: string): boolean => typeof record[key] === 'object' && record[key] !== null;
  switch (record['type']) {
    case 'step':
      return ['parts', 'learningRate'].every(has) && isStep(record);
    case 'evaluation':
      return ['metrics', 'time'].every(has) && [record['split'], record['path']].every(isText);
    case 'layers':
      return has('layers');
    case 'note':
      return isText(record['message']);
    default:
      return false;
  }
}

/** Whether the numbers that every step has are there. */
function isStep({ steps, loss, time }: Partial<Record<string, unknown>>): boolean {
  if (typeof time !== 'object' || time === null) return false;
  const { elapsedSeconds, remainingSeconds, peakRssBytes } = time as Partial<Record<string, unknown>>;
  return [steps, loss, elapsedSeconds, remainingSeconds, peakRssBytes].every(
    (each) => typeof each === 'number',
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** The bytes that there are, at most `length`. */
function readAt(handle: number, from: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  let done = 0;
  for (let got = 1; got > 0 && done < length; done += got)
    got = readSync(handle, buffer, done, length - done, from + done);
  return buffer.subarray(0, done);
}
