/** Images for tests: real PNG files, made from a function of the place. */
import { crc32, deflateSync } from 'node:zlib';

/** `data:image/png;base64,…` of RGB values in 0 … 255. */
export function pngSource(
  width: number,
  height: number,
  pixel: (x: number, y: number) => readonly [number, number, number],
): string {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set(pixel(x, y), y * (1 + 3 * width) + 1 + 3 * x);
  }
  const file = pngFile(width, height, 2, rows);
  return `data:image/png;base64,${file.toString('base64')}`;
}

/**
 * A PNG file of 8 bits a channel.
 *
 * @param kind - of colour: 0 grey, 2 RGB
 * @param rows - each begins with 0: no filter
 */
export function pngFile(width: number, height: number, kind: 0 | 2, rows: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, kind, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
