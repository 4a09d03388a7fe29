/** Reads safetensors files. */
import { open, type FileHandle } from 'node:fs/promises';
import { MdpdError, messageOf, systemCode, type HostRecord, type HostTensor } from '@mdpd/core';
import { readExactly } from './file-bytes.ts';
import { MAXIMUM_HEADER_BYTES, parseHeader, type SafetensorsHeader } from './safetensors-header.ts';
import { decodeValues, dtypeBytes, toHostOrder } from './tensor-values.ts';

const LENGTH_BYTES = 8;

/** An open file: its header, and one tensor at a time. */
export interface SafetensorsFile extends SafetensorsHeader {
  readonly path: string;
  /** Reads one tensor, nothing else. Floats become float32, integers int32, BOOL bool. */
  read(name: string): Promise<HostTensor>;
  /** Closes the file. */
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
