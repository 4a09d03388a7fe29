/** Reads and writes safetensors files. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { randomBytes } from 'node:crypto';
import { MdpdError, messageOf, systemCode, type HostRecord, type HostTensor } from '@mdpd/core';
import { readExactly } from './file-bytes.ts';
import { bfloat16FromFloat32, halfFromFloat32 } from './half.ts';
import {
  MAXIMUM_HEADER_BYTES,
  METADATA,
  parseHeader,
  type SafetensorsDtype,
  type SafetensorsHeader,
} from './safetensors-header.ts';
import { decodeValues, dtypeBytes, toHostOrder } from './tensor-values.ts';

const LENGTH_BYTES = 8;

export interface SafetensorsFile extends SafetensorsHeader {
  readonly path: string;
  /** Reads one tensor, nothing else. Floats become float32, integers int32, BOOL bool. */
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}

function cannotRead(path: string, error: unknown): MdpdError {
  const missing = systemCode(error) === 'ENOENT';
  const message = missing ? 'there is no such file' : `the file cannot be read: ${messageOf(error)}`;
  return new MdpdError(missing ? 'SAFETENSORS_NOT_FOUND' : 'SAFETENSORS_UNREADABLE', message, {
    place: path,
    cause: error,
  });
}

function ended(path: string): (at: number) => MdpdError {
  return (at) =>
    new MdpdError('SAFETENSORS_TRUNCATED', `the file ends at byte ${at}`, {
      place: path,
      fix: 'the file is incomplete: get it again',
    });
}

async function readHeader(
  handle: FileHandle,
  path: string,
): Promise<SafetensorsHeader & { dataStart: number }> {
  const { size } = await handle.stat();
  const prefix = await readExactly(handle, 0, LENGTH_BYTES, ended(path));
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  if (length > MAXIMUM_HEADER_BYTES) {
    throw new MdpdError('SAFETENSORS_HEADER', `the header claims ${length} bytes`, {
      place: path,
      allowed: `at most ${MAXIMUM_HEADER_BYTES}; is this a safetensors file?`,
    });
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > size) {
    throw new MdpdError(
      'SAFETENSORS_TRUNCATED',
      `the header claims ${length} bytes, but the file has ${size}`,
      {
        place: path,
        fix: 'the file is incomplete: get it again',
      },
    );
  }
  const bytes = await readExactly(handle, LENGTH_BYTES, Number(length), ended(path));
  return { ...parseHeader(bytes, size - dataStart, path), dataStart };
}

function outOfRange(place: string): (value: number | bigint) => MdpdError {
  return (value) =>
    new MdpdError('SAFETENSORS_RANGE', `the integer ${value} does not fit 32 bits`, { place });
}

/**
 * Opens a file and checks its header; tensors are read when they are asked for.
 *
 * @throws SAFETENSORS_NOT_FOUND, _UNREADABLE, _TRUNCATED, _HEADER, _DTYPE, _OFFSETS; later _RANGE for integers that do
 * not fit 32 bits
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw error instanceof MdpdError ? error : cannotRead(path, error);
    }
  };
  try {
    const { metadata, entries, dataStart } = await guarded(readHeader(handle, path));
    return {
      path,
      metadata,
      entries,
      read: async (name) => {
        const entry = entries.get(name);
        if (!entry) throw new Error(`${path} has no tensor ${name}`);
        const { dtype, shape, begin, end } = entry;
        const bytes = await guarded(readExactly(handle, dataStart + begin, end - begin, ended(path)));
        const values = toHostOrder(bytes, dtypeBytes[dtype]);
        return { ...decodeValues(dtype, values, outOfRange(`${path}: ${JSON.stringify(name)}`)), shape };
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** All tensors of a file. Throws what `openSafetensors` throws. */
export async function readSafetensors(path: string): Promise<HostRecord> {
  const file = await openSafetensors(path);
  try {
    const tensors: [string, HostTensor][] = [];
    for (const name of file.entries.keys()) tensors.push([name, await file.read(name)]);
    return Object.fromEntries(tensors);
  } finally {
    await file.close();
  }
}

export interface WriteOptions {
  /** How float32 tensors are stored. */
  readonly dtype?: 'F32' | 'F16' | 'BF16';
  /** `format: pt` is what Hugging Face's loaders ask for. */
  readonly metadata?: Readonly<Record<string, string>>;
}

interface Stored {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly tensor: HostTensor;
}

function storedDtype({ dtype }: HostTensor, float: 'F32' | 'F16' | 'BF16'): SafetensorsDtype {
  return dtype === 'float32' ? float : dtype === 'int32' ? 'I32' : 'BOOL';
}

/** Types in the order of the reference writer; within one, tensors are sorted by the bytes of their names. */
const fileOrder: readonly SafetensorsDtype[] = ['F32', 'I32', 'BF16', 'F16', 'BOOL'];

function inFileOrder(tensors: Readonly<HostRecord>, float: 'F32' | 'F16' | 'BF16'): Stored[] {
  return Object.entries(tensors)
    .map(([name, tensor]) => ({ name, dtype: storedDtype(tensor, float), tensor }))
    .sort(
      (a, b) =>
        fileOrder.indexOf(a.dtype) - fileOrder.indexOf(b.dtype) ||
        Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
    );
}

function encodeHeader(stored: readonly Stored[], metadata: Readonly<Record<string, string>>): Buffer {
  let offset = 0;
  const entries = stored.map(({ name, dtype, tensor }) => {
    if (name === METADATA) throw new Error(`a tensor cannot be called ${METADATA}`);
    const begin = offset;
    offset += tensor.data.length * dtypeBytes[dtype];
    return [name, { dtype, shape: tensor.shape, data_offsets: [begin, offset] }] as const;
  });
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const described = Object.fromEntries<unknown>([[METADATA, Object.fromEntries(sorted)], ...entries]);
  const json = Buffer.from(JSON.stringify(described));
  const header = Buffer.alloc(LENGTH_BYTES + Math.ceil(json.length / 8) * 8, ' ');
  header.writeBigUInt64LE(BigInt(header.length - LENGTH_BYTES));
  json.copy(header, LENGTH_BYTES);
  return header;
}

function encode({ dtype, tensor: { data } }: Stored): Uint8Array {
  const values =
    dtype === 'F16'
      ? halfFromFloat32(data as Float32Array)
      : dtype === 'BF16'
        ? bfloat16FromFloat32(data as Float32Array)
        : endianness() === 'LE'
          ? data
          : data.slice();
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return toHostOrder(bytes as Uint8Array<ArrayBuffer>, dtypeBytes[dtype]);
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

const fixes: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on the disk, or choose another folder',
  EDQUOT: 'free space on the disk, or choose another folder',
  EACCES: 'choose a folder that you may write to',
  EPERM: 'choose a folder that you may write to',
  EROFS: 'choose a folder that you may write to',
  ENOENT: 'create the folder first',
  ENOTDIR: 'choose a folder, not a file',
};

/**
 * Writes a file whole or not at all: to a temporary file beside it, flushed to the disk, then renamed. Equal tensors
 * give equal bytes, whatever the order of their names.
 *
 * @throws WRITE_FAILED when the disk is full, the folder cannot be written to, …; no partial file is left
 */
export function writeSafetensors(
  path: string,
  tensors: Readonly<HostRecord>,
  options: WriteOptions = {},
): void {
  const { dtype = 'F32', metadata = { format: 'pt' } } = options;
  const stored = inFileOrder(tensors, dtype);
  const header = encodeHeader(stored, metadata);
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`;
  let file: number | undefined;
  let created = false;
  try {
    file = openSync(temporary, 'wx');
    created = true;
    writeAll(file, header);
    for (const tensor of stored) writeAll(file, encode(tensor));
    fsyncSync(file);
    closeSync(file);
    file = undefined;
    renameSync(temporary, path);
  } catch (error) {
    if (file !== undefined) closeSync(file);
    if (created) rmSync(temporary, { force: true });
    throw new MdpdError('WRITE_FAILED', `the file cannot be written: ${messageOf(error)}`, {
      place: path,
      fix: fixes[systemCode(error) ?? ''],
      cause: error,
    });
  }
}
