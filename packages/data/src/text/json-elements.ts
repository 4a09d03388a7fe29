/** Cuts a file that holds one JSON array into its elements, in memory that does not grow with the file. */
import { createReadStream } from 'node:fs';

/** Takes element `index` as bytes; undefined where it is too long. */
export type TakeElement = (element: Uint8Array | undefined, index: number) => void;

/** What is wrong with the array itself, or undefined. */
export type ArrayProblem =
  'it does not start with "["' | 'it ends within the array' | 'something follows the array';

const codeOf = (character: string): number => character.charCodeAt(0);
const quote = codeOf('"');
const backslash = codeOf('\\');
const comma = codeOf(',');
const opens = new Set(['[', '{'].map(codeOf));
const closes = new Set([']', '}'].map(codeOf));
/** White space of JSON, and the bytes of a BOM. */
const blanks = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** A scanner that sees every byte once. What an element is worth is for the one who parses it. */
class ElementScanner {
  private readonly mostBytes: number;
  private readonly take: TakeElement;
  private depth = 0;
  private inText = false;
  private escaped = false;
  private ended = false;
  private pieces: Uint8Array[] = [];
  private length = 0;
  private index = 0;

  constructor(mostBytes: number, take: TakeElement) {
    this.mostBytes = mostBytes;
    this.take = take;
  }

  /** Bytes of the file, in order. */
  push(chunk: Uint8Array): ArrayProblem | undefined {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.inText) this.text(byte);
      else if (this.depth === 0) {
        if (blanks.has(byte)) continue;
        if (this.ended) return 'something follows the array';
        if (byte !== codeOf('[')) return 'it does not start with "["';
        this.depth = 1;
        start = at + 1;
      } else if (byte === quote) this.inText = true;
      else if (opens.has(byte)) this.depth++;
      else if (closes.has(byte) || (byte === comma && this.depth === 1)) {
        if (byte !== comma && --this.depth > 0) continue;
        this.add(chunk.subarray(start, at));
        this.finish(byte !== comma);
        start = at + 1;
      }
    }
    if (this.depth > 0) this.add(chunk.subarray(start));
    return undefined;
  }

  end(): ArrayProblem | undefined {
    return this.ended ? undefined : 'it ends within the array';
  }

  private text(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === backslash) this.escaped = true;
    else if (byte === quote) this.inText = false;
  }

  private add(piece: Uint8Array): void {
    this.length += piece.length;
    if (this.length > this.mostBytes) this.pieces = [];
    else if (piece.length > 0) this.pieces.push(piece);
  }

  private finish(last: boolean): void {
    const element = this.length > this.mostBytes ? undefined : Buffer.concat(this.pieces, this.length);
    const isEmpty = element?.every((byte) => blanks.has(byte)) === true;
    // "[]" has no element; "[1,]" has one that is missing.
    if (!(last && isEmpty && this.index === 0)) this.take(element, this.index++);
    this.ended = last;
    this.pieces = [];
    this.length = 0;
  }
}

/** Calls `take` for every element; gives what is wrong with the array, if anything. */
export async function eachElement(
  path: string,
  mostBytes: number,
  take: TakeElement,
): Promise<ArrayProblem | undefined> {
  const scanner = new ElementScanner(mostBytes, take);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const problem = scanner.push(chunk);
    if (problem) return problem;
  }
  return scanner.end();
}
