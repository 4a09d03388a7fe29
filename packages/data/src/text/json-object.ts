/**
 * Cuts a file that holds one JSON object into its members, and the arrays among them into their elements, in memory that
 * does not grow with the file.
 */
import { createReadStream } from 'node:fs';

/** What a member holds, or element `index` of it where it is an array that is cut, as bytes; undefined: too long. */
export type TakeMember = (key: string, bytes: Uint8Array | undefined, index: number) => void;

/** What is cut out of the object. */
export interface MembersOptions {
  /** Members whose arrays are cut. Default: every member is taken whole. */
  readonly lists?: readonly string[];
  /** Most bytes of a key, and of what is taken. */
  readonly mostBytes: number;
}

/** What is wrong with the object itself. */
type ObjectProblem =
  | 'it does not start with "{"'
  | 'something follows the object'
  | 'a name of a member is missing'
  | 'a comma is missing'
  | 'a colon is missing'
  | 'brackets do not match';

const codeOf = (character: string): number => character.charCodeAt(0);
const [quote, backslash, comma, colon, open, close, openList, closeList] = '"\\,:{}[]'
  .split('')
  .map(codeOf) as [number, number, number, number, number, number, number, number];
/** White space of JSON, and the bytes of a BOM. */
const blanks = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** Where the scanner is: before the object, a member's name, its colon, its value, a list's element, behind either. */
type Phase = 'start' | 'name' | 'key' | 'colon' | 'value' | 'element' | 'behind' | 'end';

class MemberScanner {
  private readonly options: MembersOptions;
  private readonly take: TakeMember;
  private phase: Phase = 'start';
  private depth = 0;
  private inText = false;
  private escaped = false;
  private key = '';
  private index = 0;
  private members = 0;
  /** Bytes of the chunks before. */
  private seen = 0;
  private pieces: Uint8Array[] = [];
  private length = 0;

  constructor(options: MembersOptions, take: TakeMember) {
    this.options = options;
    this.take = take;
  }

  /** Bytes of the file, in order. Gives what is wrong, and where. */
  push(chunk: Uint8Array): string | undefined {
    const placed = (problem: ObjectProblem, at: number): string => `${problem} at byte ${this.seen + at}`;
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.inText) {
        this.text(byte);
        if (this.inText || this.phase !== 'key') continue;
        this.add(chunk.subarray(start, at));
        this.finishKey();
      } else if (this.phase === 'value' || this.phase === 'element') {
        const cut = this.inside(byte);
        if (cut === 'bad') return placed('brackets do not match', at);
        if (cut === 'list') start = at + 1;
        if (cut !== 'cut') continue;
        this.add(chunk.subarray(start, at));
        this.finish(byte);
        start = at + 1;
      } else if (!blanks.has(byte)) {
        const problem = this.between(byte);
        if (problem) return placed(problem, at);
        start = at + 1;
      }
    }
    if (this.collects) this.add(chunk.subarray(start));
    this.seen += chunk.length;
    return undefined;
  }

  end(): string | undefined {
    return this.phase === 'end' ? undefined : `it ends within the object at byte ${this.seen}`;
  }

  private get collects(): boolean {
    return this.phase === 'key' || this.phase === 'value' || this.phase === 'element';
  }

  /** Whether the value is taken at all. */
  private get wanted(): boolean {
    return this.options.lists === undefined || this.phase !== 'value';
  }

  private text(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === backslash) this.escaped = true;
    else if (byte === quote) this.inText = false;
  }

  /** A byte outside of names and values. */
  private between(byte: number): ObjectProblem | undefined {
    switch (this.phase) {
      case 'start':
        if (byte !== open) return 'it does not start with "{"';
        this.phase = 'name';
        return undefined;
      case 'name':
        if (byte === close && this.members === 0) this.phase = 'end';
        else if (byte === quote) [this.phase, this.inText] = ['key', true];
        else return 'a name of a member is missing';
        return undefined;
      case 'colon':
        if (byte !== colon) return 'a colon is missing';
        [this.phase, this.depth, this.index] = ['value', 0, 0];
        return undefined;
      case 'behind':
        if (byte !== comma && byte !== close) return 'a comma is missing';
        this.phase = byte === comma ? 'name' : 'end';
        return undefined;
      default:
        return 'something follows the object';
    }
  }

  /** A byte of a value outside of its texts: whether the value, or an element of its list, ends here. */
  private inside(byte: number): 'cut' | 'list' | 'bad' | undefined {
    if (byte === quote) this.inText = true;
    else if (byte === open || byte === openList) {
      const starts = this.phase === 'value' && this.depth === 0 && byte === openList;
      if (starts && this.options.lists?.includes(this.key)) {
        this.phase = 'element';
        [this.pieces, this.length] = [[], 0];
        return 'list';
      }
      this.depth++;
    } else if (byte === close || byte === closeList) {
      if (this.depth > 0) this.depth--;
      else return byte === (this.phase === 'value' ? close : closeList) ? 'cut' : 'bad';
    } else if (byte === comma && this.depth === 0) return 'cut';
    return undefined;
  }

  private add(piece: Uint8Array): void {
    if (!this.wanted) return;
    this.length += piece.length;
    if (this.length > this.options.mostBytes) this.pieces = [];
    else if (piece.length > 0) this.pieces.push(piece);
  }

  private collected(): Uint8Array | undefined {
    const { pieces, length } = this;
    [this.pieces, this.length] = [[], 0];
    return length > this.options.mostBytes ? undefined : Buffer.concat(pieces, length);
  }

  private finishKey(): void {
    const text = Buffer.from(this.collected() ?? []).toString('utf8');
    try {
      this.key = JSON.parse(`"${text}"`) as string;
    } catch {
      this.key = text;
    }
    this.phase = 'colon';
    this.members++;
  }

  private finish(byte: number): void {
    const { phase, wanted } = this;
    const bytes = this.collected();
    if (phase === 'value') {
      if (wanted) this.take(this.key, bytes, 0);
      this.phase = byte === comma ? 'name' : 'end';
      return;
    }
    const isEmpty = bytes?.every((each) => blanks.has(each)) === true;
    // "[]" has no element; "[1,]" has one that is missing.
    if (!(byte === closeList && isEmpty && this.index === 0)) this.take(this.key, bytes, this.index++);
    if (byte === closeList) this.phase = 'behind';
  }
}

/** Calls `take` for every member or element; gives what is wrong with the object and where, if anything. */
export async function eachMember(
  path: string,
  options: MembersOptions,
  take: TakeMember,
): Promise<string | undefined> {
  const scanner = new MemberScanner(options, take);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const problem = scanner.push(chunk);
    if (problem) return problem;
  }
  return scanner.end();
}
