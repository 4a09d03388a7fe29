/** Reader of IDX files (MNIST's format): a magic number, big-endian sizes, then bytes. Plain or gzipped. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { MdpdError, messageOf, systemCode } from '@mdpd/core';

const unsignedByte = 0x08;
const mostAxes = 4;
/** What a gzipped file may become whatever its size, and how many times its size otherwise: images of MNIST do five. */
const plainBytes = 1 << 28;
const mostRatio = 64;

export interface IdxLimits {
  /** Largest content, decompressed, in bytes. */
  readonly maxBytes: number;
}

const defaultLimits: IdxLimits = { maxBytes: 1 << 30 };

/** An IDX file of unsigned bytes whose header has been checked against its size. */
export interface IdxFile {
  readonly path: string;
  /** Sizes of the axes; the first counts the items. */
  readonly dimensions: readonly number[];
  readonly itemBytes: number;
  /** Bytes of items start … start + count − 1. A plain file is read in place, a gzipped one is held in memory. */
  read(start: number, count: number): Promise<Uint8Array>;
}

function invalid(path: string, message: string, fix?: string): MdpdError {
  return new MdpdError('IDX_INVALID', message, { place: path, fix });
}

interface Header {
  readonly dimensions: readonly number[];
  readonly offset: number;
}

/** Reads a header from the first bytes of a file. Throws IDX_INVALID naming `path`. */
export function parseIdxHeader(bytes: Uint8Array, path: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) throw invalid(path, `${bytes.length} bytes are too few for an IDX file`);
  if (view.getUint16(0) !== 0)
    throw invalid(path, 'this is not an IDX file: it does not start with two zero bytes');
  const type = view.getUint8(2);
  const axes = view.getUint8(3);
  if (type !== unsignedByte) {
    throw invalid(
      path,
      `IDX element type 0x${type.toString(16).padStart(2, '0')} is not read`,
      'use 0x08, unsigned bytes',
    );
  }
  if (axes < 1 || axes > mostAxes)
    throw invalid(path, `an IDX file with ${axes} axes is not read (1 to ${mostAxes} are)`);
  const offset = 4 + 4 * axes;
  if (bytes.length < offset)
    throw invalid(path, `the header of ${axes} axes needs ${offset} bytes, there are ${bytes.length}`);
  const dimensions = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { dimensions, offset };
}

/** Bytes that the header promises. Throws IDX_INVALID where they are none, or more than `most`. */
function contentOf({ dimensions }: Header, path: string, most: number): number {
  const content = dimensions.reduce((product, size) => product * size, 1);
  const shape = dimensions.join(' x ');
  if (content === 0) throw invalid(path, `the file holds nothing: its sizes are ${shape}`);
  if (content > most) throw invalid(path, `${shape} bytes are more than the limit of ${most}`);
  return content;
}

function wrongSize({ dimensions }: Header, found: number, path: string): MdpdError {
  const content = dimensions.reduce((product, size) => product * size, 1);
  return invalid(
    path,
    `the header promises ${dimensions.join(' x ')} = ${content} bytes of data, the file has ${found}`,
    'the file is truncated or damaged: fetch it again',
  );
}

function checkSize(header: Header, total: number, path: string, limits: IdxLimits): number {
  const content = contentOf(header, path, limits.maxBytes);
  if (header.offset + content !== total) throw wrongSize(header, total - header.offset, path);
  return content / header.dimensions[0]!;
}

/** Takes the pieces of a decompressed file: the header first, then as many bytes as it promises, and no more. */
class Inflated {
  private readonly path: string;
  private readonly most: number;
  private start = Buffer.alloc(0);
  private header: Header | undefined;
  private items = new Uint8Array();
  private used = 0;

  constructor(path: string, most: number) {
    this.path = path;
    this.most = most;
  }

  push(piece: Buffer): void {
    let rest = piece;
    if (!this.header) {
      this.start = Buffer.concat([this.start, piece]);
      if (this.start.length < 4 + 4 * mostAxes) return;
      rest = this.begin();
    }
    this.add(rest);
  }

  finish(): { header: Header; items: Uint8Array } {
    if (!this.header) this.add(this.begin());
    if (this.used < this.items.length) throw wrongSize(this.header!, this.used, this.path);
    return { header: this.header!, items: this.items };
  }

  /** Reads the header; gives what follows it. */
  private begin(): Buffer {
    this.header = parseIdxHeader(this.start.subarray(0, 4 + 4 * mostAxes), this.path);
    this.items = new Uint8Array(contentOf(this.header, this.path, this.most));
    return this.start.subarray(this.header.offset);
  }

  private add(bytes: Buffer): void {
    const more = this.used + bytes.length;
    if (more > this.items.length) throw wrongSize(this.header!, more, this.path);
    this.items.set(bytes, this.used);
    this.used = more;
  }
}

async function openGzipped(path: string, size: number, limits: IdxLimits): Promise<IdxFile> {
  const most = Math.min(limits.maxBytes, Math.max(plainBytes, size * mostRatio));
  const inflated = new Inflated(path, most);
  const [file, gunzip] = [createReadStream(path), createGunzip()];
  try {
    // With a consumer that throws, `pipeline` tells of the end of the reading instead of its reason.
    const pieces = file.on('error', (error) => gunzip.destroy(error)).pipe(gunzip) as AsyncIterable<Buffer>;
    for await (const piece of pieces) inflated.push(piece);
  } catch (error) {
    if (error instanceof MdpdError || systemCode(error) === 'ENOENT') throw error;
    throw invalid(path, `cannot be decompressed: ${messageOf(error)}`, 'the file is damaged: fetch it again');
  } finally {
    file.destroy();
  }
  const { header, items } = inflated.finish();
  const itemBytes = items.length / header.dimensions[0]!;
  const read = (start: number, count: number): Promise<Uint8Array> =>
    Promise.resolve(items.slice(start * itemBytes, (start + count) * itemBytes));
  return { path, dimensions: header.dimensions, itemBytes, read };
}

async function readAt(path: string, position: number, length: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(buffer, done, length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  } finally {
    await file.close();
  }
}

async function openPlain(path: string, size: number, limits: IdxLimits): Promise<IdxFile> {
  const header = parseIdxHeader(await readAt(path, 0, Math.min(size, 4 + 4 * mostAxes)), path);
  const itemBytes = checkSize(header, size, path, limits);
  const read = async (start: number, count: number): Promise<Uint8Array> => {
    const bytes = await readAt(path, header.offset + start * itemBytes, count * itemBytes);
    if (bytes.length !== count * itemBytes)
      throw invalid(path, 'the file has become shorter while it was read');
    return bytes;
  };
  return { path, dimensions: header.dimensions, itemBytes, read };
}

/**
 * Opens an IDX file; `.gz` files are decompressed. Sizes in the header are compared with the file before anything
 * is allocated. Throws IDX_INVALID; a missing file gives Node's own ENOENT.
 */
export async function openIdx(path: string, limits: IdxLimits = defaultLimits): Promise<IdxFile> {
  const { size } = await stat(path);
  return path.endsWith('.gz') ? openGzipped(path, size, limits) : openPlain(path, size, limits);
}
