/** Cuts the lists within a file that holds one JSON object into their elements, in memory that does not grow with the file. */
import { createReadStream } from 'node:fs';

/** Takes element `index` of the list `member` as bytes; undefined where it is too long. */
export type TakeMemberElement = (element: Uint8Array | undefined, member: string, index: number) => void;

/** What is wrong with the object itself. */
export type ObjectProblem =
  'it does not start with "{"' | 'it ends within the object' | 'something follows the object';

const codeOf = (character: string): number => character.charCodeAt(0);
const quote = codeOf('"');
const backslash = codeOf('\\');
const comma = codeOf(',');
const colon = codeOf(':');
const listStart = codeOf('[');
/** By byte: 1 opens, 2 closes, 3 any other that says something outside of texts. A table, since every byte is looked up. */
const kinds = new Uint8Array(256);
for (const byte of ['[', '{']) kinds[codeOf(byte)] = 1;
for (const byte of [']', '}']) kinds[codeOf(byte)] = 2;
for (const byte of ['"', ',', ':']) kinds[codeOf(byte)] = 3;
/** White space of JSON, and the bytes of a BOM. */
const blanks = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);
/** Names of members are short; of longer ones the beginning is kept. */
const mostNameBytes = 100;

/** A scanner that sees every byte once. What an element is worth is for the one who parses it. */
class MemberScanner {
  private readonly mostBytes: number;
  private readonly take: TakeMemberElement;
  private depth = 0;
  private inText = false;
  private escaped = false;
  private ended = false;
  /** Bytes of the text that stands where a member's name does. */
  private name: number[] = [];
  private named = false;
  /** Whether the list of a member is being read. */
  private inList = false;
  private pieces: Uint8Array[] = [];
  private length = 0;
  private index = 0;

  constructor(mostBytes: number, take: TakeMemberElement) {
    this.mostBytes = mostBytes;
    this.take = take;
  }

  /** Bytes of the file, in order. */
  push(chunk: Uint8Array): ObjectProblem | undefined {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.inText) {
        if (this.depth === 1 || this.escaped || byte === quote || byte === backslash) this.text(byte);
        continue;
      }
      const kind = kinds[byte]!;
      if (kind === 0 && this.depth > 0) continue;
      if (this.depth === 0) {
        const problem = this.outside(byte);
        if (problem) return problem;
      } else if (byte === quote) {
        this.inText = true;
        if (this.depth === 1 && !this.named) this.name = [];
      } else if (kind === 1) {
        if (this.open(byte)) start = at + 1;
      } else if (kind === 2) {
        if (this.inList && this.depth === 2) this.finish(chunk.subarray(start, at), true);
        if (--this.depth === 0) this.ended = true;
      } else if (byte === comma) {
        if (this.inList && this.depth === 2) {
          this.finish(chunk.subarray(start, at), false);
          start = at + 1;
        } else if (this.depth === 1) this.named = false;
      } else if (byte === colon && this.depth === 1) this.named = true;
    }
    if (this.inList) this.add(chunk.subarray(start));
    return undefined;
  }

  end(): ObjectProblem | undefined {
    return this.ended ? undefined : 'it ends within the object';
  }

  private outside(byte: number): ObjectProblem | undefined {
    if (blanks.has(byte)) return undefined;
    if (this.ended) return 'something follows the object';
    if (byte !== codeOf('{')) return 'it does not start with "{"';
    this.depth = 1;
    return undefined;
  }

  private text(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === backslash) this.escaped = true;
    else if (byte === quote) {
      this.inText = false;
      return;
    }
    if (this.depth === 1 && !this.named && this.name.length < mostNameBytes) this.name.push(byte);
  }

  /** Whether the list of a member begins. */
  private open(byte: number): boolean {
    const begins = this.depth++ === 1 && byte === listStart;
    if (!begins) return false;
    this.inList = true;
    this.index = 0;
    return true;
  }

  private add(piece: Uint8Array): void {
    this.length += piece.length;
    if (this.length > this.mostBytes) this.pieces = [];
    else if (piece.length > 0) this.pieces.push(piece);
  }

  private finish(piece: Uint8Array, last: boolean): void {
    this.add(piece);
    const element = this.length > this.mostBytes ? undefined : Buffer.concat(this.pieces, this.length);
    const isEmpty = element?.every((byte) => blanks.has(byte)) === true;
    // "[]" has no element; "[1,]" has one that is missing.
    if (!(last && isEmpty && this.index === 0)) {
      this.take(element, Buffer.from(this.name).toString('utf8'), this.index++);
    }
    if (last) this.inList = false;
    this.pieces = [];
    this.length = 0;
  }
}

/** Calls `take` for every element of every list that is a member of the object; gives what is wrong with the object. */
export async function eachMemberElement(
  path: string,
  mostBytes: number,
  take: TakeMemberElement,
): Promise<ObjectProblem | undefined> {
  const scanner = new MemberScanner(mostBytes, take);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const problem = scanner.push(chunk);
    if (problem) return problem;
  }
  return scanner.end();
}
