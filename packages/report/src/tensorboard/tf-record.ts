/** TFRecord files: records of bytes, each with its length, and a checksum of both. */
import { closeSync, openSync, readSync } from 'node:fs';
import { maskedCrc32c } from './crc32c.ts';

/** Length, 64 bits, and its checksum. */
const headBytes = 12;
const tailBytes = 4;
/** Longer records are taken for damage: ours hold at most a small image. */
const longestRecord = 64_000_000;

/** `data` as a record: length, checksum of the length, data, checksum of the data; all little-endian. */
export function frameRecord(data: Uint8Array): Buffer {
  const framed = Buffer.alloc(headBytes + data.length + tailBytes);
  framed.writeUInt32LE(data.length, 0);
  framed.writeUInt32LE(maskedCrc32c(framed.subarray(0, 8)), 8);
  framed.set(data, headBytes);
  framed.writeUInt32LE(maskedCrc32c(data), headBytes + data.length);
  return framed;
}

/** The records of a file in order, up to its end or to the first that is torn or damaged. Throws as `node:fs` does. */
export function* readRecords(file: string): Generator<Uint8Array> {
  const handle = openSync(file, 'r');
  try {
    for (;;) {
      const head = readFully(handle, headBytes);
      if (!head || head.readUInt32LE(8) !== maskedCrc32c(head.subarray(0, 8))) return;
      const length = Number(head.readBigUInt64LE(0));
      if (length > longestRecord) return;
      const rest = readFully(handle, length + tailBytes);
      const data = rest?.subarray(0, length);
      if (!rest || !data || rest.readUInt32LE(length) !== maskedCrc32c(data)) return;
      yield data;
    }
  } finally {
    closeSync(handle);
  }
}

/** The next bytes; undefined where there are fewer. */
function readFully(handle: number, bytes: number): Buffer | undefined {
  const buffer = Buffer.alloc(bytes);
  for (let done = 0; done < bytes;) {
    const got = readSync(handle, buffer, done, bytes - done, null);
    if (got === 0) return undefined;
    done += got;
  }
  return buffer;
}
