/** Decodes image files through sharp into plain rows of bytes. */
import { open, readFile, stat } from 'node:fs/promises';
import { MdpdError, messageOf, systemCode, type RawImage } from '@mdpd/core';
import type { Metadata, Sharp } from 'sharp';
import { PixelGate } from './pixel-gate.ts';
import { loadSharp } from './sharp-library.ts';

/** What sharp's own build reads and what is safe to open from strangers: no SVG, no PDF. */
const readableFormats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif'] as const;
/** Extensions of those formats. */
export const imageExtensions = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'] as const;

/** Decoded and turned as EXIF says, an image is in memory twice. */
const mostPixels = 80_000_000;
/** As in JPEG. Of longer rows a decoder keeps hundreds of megabytes. */
const longestSide = 65_535;
const mostFileBytes = 256 << 20;
const hugeBytes = 16 << 20;
/** Bytes of a file that are read first for its header, and how many times more next. */
const headerBytes = 1 << 16;
const headerGrowth = 16;
/** An image at least this many times larger than needed on both sides is first shrunk to `shrinkTo` times the need. */
const shrinkFrom = 8;
const shrinkTo = 4;

/** A file of some kilobytes may hold an image of 300 MB: one such at a time. */
const gate = new PixelGate(mostPixels);

/** How an image is decoded, and what messages about it say. */
export interface DecodeOptions {
  /** How messages name the image. */
  readonly place?: string;
  /** What the user can do about an unreadable image. */
  readonly fix?: string;
  /** Sides that the preprocessing will resize to; far larger images are shrunk while they are decoded. */
  readonly needed?: { readonly width: number; readonly height: number };
}

const usualFix = 'repair or remove the file, or set data.onCorrupt=skip';

function unreadable(message: string, { place, fix = usualFix }: DecodeOptions, cause?: unknown): MdpdError {
  return new MdpdError('IMAGE_UNREADABLE', message, { place, fix, cause });
}

/** Width and height after the rotation that EXIF asks for. */
function uprightSize(metadata: Metadata): { width: number; height: number } {
  const { width, height, orientation = 1 } = metadata;
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

function shrinkWhileDecoding(pipeline: Sharp, metadata: Metadata, needed: DecodeOptions['needed']): Sharp {
  if (!needed) return pipeline;
  const { width, height } = uprightSize(metadata);
  const ratio = Math.min(width / needed.width, height / needed.height);
  if (ratio < shrinkFrom) return pipeline;
  const scale = shrinkTo / ratio;
  return pipeline.resize(Math.round(width * scale), Math.round(height * scale), {
    fit: 'fill',
    kernel: 'lanczos3',
  });
}

async function readMetadata(bytes: Uint8Array, options: DecodeOptions): Promise<Metadata> {
  const sharp = await loadSharp();
  let metadata: Metadata;
  try {
    metadata = await sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error' }).metadata();
  } catch (error) {
    throw unreadable(`not an image that can be read: ${firstLine(error)}`, options, error);
  }
  if (!(readableFormats as readonly string[]).includes(metadata.format)) {
    throw unreadable(`the format ${metadata.format} is not read`, options);
  }
  if (Math.max(metadata.width, metadata.height) > longestSide) {
    throw unreadable(
      `sides of ${metadata.width} x ${metadata.height} pixels, longer than ${longestSide}`,
      options,
    );
  }
  if (metadata.width * metadata.height > mostPixels) {
    throw unreadable(`${metadata.width} x ${metadata.height} pixels are more than ${mostPixels}`, options);
  }
  return metadata;
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0]!.trim();
}

/**
 * Decodes one image: first frame, rotated as EXIF says, transparency on white, 8 bits, grey or RGB, colour profiles
 * ignored (as Pillow does). Throws IMAGE_UNREADABLE naming `place`, and SHARP_MISSING.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<RawImage> {
  const metadata = await readMetadata(bytes, options);
  return gate.run(metadata.width * metadata.height, () => decode(bytes, metadata, options));
}

async function decode(bytes: Uint8Array, metadata: Metadata, options: DecodeOptions): Promise<RawImage> {
  const sharp = await loadSharp();
  const grey = metadata.space === 'b-w' || metadata.space === 'grey16';
  try {
    const upright = sharp(bytes, {
      limitInputPixels: mostPixels,
      failOn: 'error',
      ignoreIcc: true,
    }).autoOrient();
    const pipeline = shrinkWhileDecoding(upright, metadata, options.needed)
      .flatten({ background: '#ffffff' })
      .toColourspace(grey ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' });
    const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
    return toRawImage(data, info);
  } catch (error) {
    throw unreadable(`the image is damaged: ${firstLine(error)}`, options, error);
  }
}

/**
 * Width and height of an image file as `readImageFile` decodes it. Reads its beginning, and more only where the header is
 * not in there: TIFF may have it at the end. Throws IMAGE_UNREADABLE.
 */
export async function readImageSize(
  path: string,
  options: Omit<DecodeOptions, 'needed'> = {},
): Promise<{ width: number; height: number }> {
  const named = { ...options, place: options.place ?? path };
  return readable(path, named, async (size) => {
    for (let bytes = headerBytes; bytes < size; bytes *= headerGrowth) {
      const metadata = await readMetadata(await readStart(path, bytes), named).catch(() => undefined);
      if (metadata) return uprightSize(metadata);
    }
    return uprightSize(await readMetadata(await readFile(path), named));
  });
}

async function readStart(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Drops channels beyond grey or RGB. The copy leaves sharp's buffer to the garbage collector; huge ones are not held twice. */
function toRawImage(data: Buffer, info: { width: number; height: number; channels: number }): RawImage {
  const { width, height, channels } = info;
  const kept = channels >= 3 ? 3 : 1;
  if (kept === channels) {
    const own =
      data.length > hugeBytes
        ? new Uint8Array(data.buffer, data.byteOffset, data.length)
        : new Uint8Array(data);
    return { width, height, channels: kept, data: own };
  }
  const result = new Uint8Array(width * height * kept);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < kept; c++) result[pixel * kept + c] = data[pixel * channels + c]!;
  }
  return { width, height, channels: kept, data: result };
}

/** What `read` gives of an ordinary file of `size` bytes, not too many. */
async function readable<T>(
  path: string,
  named: DecodeOptions,
  read: (size: number) => Promise<T>,
): Promise<T> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw unreadable('this is a folder, not an image', named);
    if (!info.isFile()) throw unreadable('this is not an ordinary file', named);
    if (info.size === 0) throw unreadable('the file is empty', named);
    if (info.size > mostFileBytes)
      throw unreadable(`${info.size} bytes are more than ${mostFileBytes}`, named);
    return await read(info.size);
  } catch (error) {
    if (error instanceof MdpdError) throw error;
    const message = systemCode(error) === 'ENOENT' ? 'there is no such file' : firstLine(error);
    throw unreadable(message, named, error);
  }
}

/** Reads and decodes an image file. Throws IMAGE_UNREADABLE, also where the file is missing, a folder or too large. */
export async function readImageFile(path: string, options: DecodeOptions = {}): Promise<RawImage> {
  const named = { ...options, place: options.place ?? path };
  return decodeImage(await readable(path, named, () => readFile(path)), named);
}
