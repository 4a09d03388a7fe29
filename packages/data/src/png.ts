/** Images as PNG files, for programs that read nothing else. */
import { decodeImage } from './image-decode.ts';
import { loadSharp } from './sharp-library.ts';

/** An image file of any kind that we read, upright, as PNG. Throws IMAGE_UNREADABLE and SHARP_MISSING. */
export async function pngOf(image: Uint8Array): Promise<Uint8Array> {
  const { width, height, channels, data } = await decodeImage(Buffer.from(image));
  const sharp = await loadSharp();
  return sharp(data, { raw: { width, height, channels } }).png().toBuffer();
}
