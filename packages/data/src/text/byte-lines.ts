/** Reads a file line by line as bytes, in memory that does not grow with the file. */
import { createReadStream } from 'node:fs';

const chunkBytes = 1 << 20;
const newLine = 0x0a;
const carriageReturn = 0x0d;
/** U+FEFF in UTF-8. */
const bom = [0xef, 0xbb, 0xbf];

/** Takes line `number` (from 1), without its end; undefined where it is too long. */
export type TakeLine = (line: Uint8Array | undefined, number: number) => void;

/** The start of a file without its BOM. */
export function withoutBom<T extends Uint8Array>(bytes: T): T {
  return bom.every((byte, at) => bytes[at] === byte) ? (bytes.subarray(bom.length) as T) : bytes;
}

/** Lines end with "\n" or "\r\n"; a BOM at the start is left out. `mostBytes` bounds a line. */
export async function eachLine(path: string, mostBytes: number, take: TakeLine): Promise<void> {
  // With a BOM and a carriage return.
  const longest = mostBytes + bom.length + 1;
  let pieces: Uint8Array[] = [];
  let length = 0;
  let number = 1;
  const finish = (): void => {
    const [first] = pieces;
    let line: Uint8Array | undefined;
    if (length <= longest) line = pieces.length === 1 && first ? first : Buffer.concat(pieces, length);
    if (number === 1 && line && bom.every((byte, at) => line?.[at] === byte))
      line = line.subarray(bom.length);
    if (line?.at(-1) === carriageReturn) line = line.subarray(0, -1);
    take(line && line.length > mostBytes ? undefined : line, number++);
    pieces = [];
    length = 0;
  };
  const add = (piece: Uint8Array): void => {
    length += piece.length;
    if (length > longest) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  };
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(newLine); end !== -1; end = chunk.indexOf(newLine, start)) {
      add(chunk.subarray(start, end));
      finish();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (length > 0) finish();
}
