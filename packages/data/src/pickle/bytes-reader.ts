/** Reads bytes in memory from their beginning, never beyond their end. */
import type { ByteReader } from '@mdpd/tensor/torch/byte-reader';

/**
 * A reader of a whole file. Lines are Latin-1: what an opcode means by its bytes it says itself.
 *
 * @param fail - the error of a file that ends too early, or of a line without an end
 */
export function bytesReader(bytes: Uint8Array, file: string, fail: (message: string) => Error): ByteReader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (length: number): Buffer => {
    if (length > buffer.length - at) throw fail(`needs ${length} more bytes, but the file ends`);
    at += length;
    return buffer.subarray(at - length, at);
  };
  return {
    file,
    position: () => at,
    byte: () => take(1)[0]!,
    take,
    line: (limit) => {
      const length = buffer.subarray(at, at + limit + 1).indexOf(0x0a);
      if (length < 0) throw fail(`has a line without an end, or of more than ${limit} bytes`);
      const text = take(length + 1).toString('latin1', 0, length);
      if (!text.endsWith('\r')) return text;
      throw fail('has lines that end in CR LF: its line ends were converted, as if it were a text');
    },
  };
}
