/** What the header of a PNG file says of its pixels. */

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Channels by colour type; a palette (3) is shown as RGB. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

/** Width, height and channels of an image. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Undefined where the bytes are no PNG file. */
export function pngSize(bytes: Uint8Array): PixelSize | undefined {
  if (bytes.length < 26 || signature.some((byte, at) => bytes[at] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const channels = channelsOf[bytes[25]!];
  return channels === undefined
    ? undefined
    : { width: view.getUint32(16), height: view.getUint32(20), channels };
}
