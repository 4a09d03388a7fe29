/** Length and checksum of files. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

export interface FileHash {
  readonly bytes: number;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
}

/** Adds the first `end` bytes of a file to a hash, piece by piece; returns how many there were. */
export function hashInto(hash: Hash, file: string, end = Infinity): number {
  const handle = openSync(file, 'r');
  try {
    const part = Buffer.alloc(1 << 20);
    let bytes = 0;
    for (let got = 1; got > 0 && bytes < end; bytes += got) {
      got = readSync(handle, part, 0, Math.min(part.length, end - bytes), null);
      hash.update(part.subarray(0, got));
    }
    return bytes;
  } finally {
    closeSync(handle);
  }
}

export function hashFile(file: string): FileHash {
  const hash = createHash('sha256');
  return { bytes: hashInto(hash, file), sha256: hash.digest('hex') };
}
