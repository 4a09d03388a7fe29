/** Reader of IDX files (MNIST's format): a magic number, big-endian sizes, then bytes. Plain or gzipped. */
import { open, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { MdpdError, messageOf } from '@mdpd/core';

const unsignedByte = 0x08;
const mostAxes = 4;
const inflate = promisify(gunzip);

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

function checkSize(header: Header, total: number, path: string, limits: IdxLimits): number {
  const content = header.dimensions.reduce((product, size) => product * size, 1);
  const shape = header.dimensions.join(' x ');
  if (content === 0) throw invalid(path, `the file holds nothing: its sizes are ${shape}`);
  if (content > limits.maxBytes)
    throw invalid(path, `${shape} bytes are more than the limit of ${limits.maxBytes}`);
  if (header.offset + content !== total) {
    throw invalid(
      path,
      `the header promises ${shape} = ${content} bytes of data, the file has ${total - header.offset}`,
      'the file is truncated or damaged: fetch it again',
    );
  }
  return content / header.dimensions[0]!;
}

async function openGzipped(path: string, size: number, limits: IdxLimits): Promise<IdxFile> {
  if (size > limits.maxBytes)
    throw invalid(path, `${size} bytes are more than the limit of ${limits.maxBytes}`);
  let bytes: Buffer;
  try {
    bytes = await inflate(await readFile(path), { maxOutputLength: limits.maxBytes + 4 + 4 * mostAxes });
  } catch (error) {
    throw invalid(path, `cannot be decompressed: ${messageOf(error)}`, 'the file is damaged: fetch it again');
  }
  const header = parseIdxHeader(bytes.subarray(0, 4 + 4 * mostAxes), path);
  const itemBytes = checkSize(header, bytes.length, path, limits);
  const items = bytes.subarray(header.offset);
  const read = (start: number, count: number): Promise<Uint8Array> =>
    Promise.resolve(new Uint8Array(items.subarray(start * itemBytes, (start + count) * itemBytes)));
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
