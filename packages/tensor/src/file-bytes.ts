/** Reads pieces of an open file. */
import type { FileHandle } from 'node:fs/promises';

/** Node takes no more than 2 GiB at once. */
const MAXIMUM_READ = 1 << 30;

/**
 * Exactly `length` bytes at `position`.
 *
 * @param ended - what to throw where the file ends first
 */
export async function readExactly(
  handle: FileHandle,
  position: number,
  length: number,
  ended: (at: number) => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const most = Math.min(length - done, MAXIMUM_READ);
    const { bytesRead } = await handle.read(bytes, done, most, position + done);
    if (bytesRead === 0) throw ended(position + done);
    done += bytesRead;
  }
  return bytes;
}
