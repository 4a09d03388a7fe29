/** Writes safetensors files, whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { endianness } from 'node:os';
import { createHash, randomBytes } from 'node:crypto';
import { MdpdError, messageOf, systemCode, type HostRecord, type HostTensor } from '@mdpd/core';
import { bfloat16FromFloat32, halfFromFloat32 } from './half.ts';
import { METADATA, type SafetensorsDtype } from './safetensors-header.ts';
import { dtypeBytes, toHostOrder } from './tensor-values.ts';

const LENGTH_BYTES = 8;

export interface WriteOptions {
  /** How float32 tensors are stored. */
  readonly dtype?: 'F32' | 'F16' | 'BF16';
  /** `format: pt` is what Hugging Face's loaders ask for. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a tensor is, without its values. */
export type TensorForm = Pick<HostTensor, 'shape' | 'dtype'>;

interface Stored {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
}

function storedDtype({ dtype }: TensorForm, float: 'F32' | 'F16' | 'BF16'): SafetensorsDtype {
  return dtype === 'float32' ? float : dtype === 'int32' ? 'I32' : 'BOOL';
}

/** Types in the order of the reference writer; within one, tensors are sorted by the bytes of their names. */
const fileOrder: readonly SafetensorsDtype[] = ['F32', 'I32', 'BF16', 'F16', 'BOOL'];

function inFileOrder(tensors: Readonly<Record<string, TensorForm>>, float: 'F32' | 'F16' | 'BF16'): Stored[] {
  return Object.entries(tensors)
    .map(([name, tensor]) => ({ name, dtype: storedDtype(tensor, float), shape: tensor.shape }))
    .sort(
      (a, b) =>
        fileOrder.indexOf(a.dtype) - fileOrder.indexOf(b.dtype) ||
        Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
    );
}

function encodeHeader(stored: readonly Stored[], metadata: Readonly<Record<string, string>>): Buffer {
  let offset = 0;
  const entries = stored.map(({ name, dtype, shape }) => {
    if (name === METADATA) throw new Error(`a tensor cannot be called ${METADATA}`);
    const begin = offset;
    offset += shape.reduce((product, length) => product * length, dtypeBytes[dtype]);
    return [name, { dtype, shape, data_offsets: [begin, offset] }] as const;
  });
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const described = Object.fromEntries<unknown>([[METADATA, Object.fromEntries(sorted)], ...entries]);
  const json = Buffer.from(JSON.stringify(described));
  const header = Buffer.alloc(LENGTH_BYTES + Math.ceil(json.length / 8) * 8, ' ');
  header.writeBigUInt64LE(BigInt(header.length - LENGTH_BYTES));
  json.copy(header, LENGTH_BYTES);
  return header;
}

function encode(dtype: SafetensorsDtype, { data }: HostTensor): Uint8Array {
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

function cannotWrite(path: string, error: unknown): MdpdError {
  return new MdpdError('WRITE_FAILED', `the file cannot be written: ${messageOf(error)}`, {
    place: path,
    fix: fixes[systemCode(error) ?? ''],
    cause: error,
  });
}

/** A file under a temporary name beside its own, until it is whole. */
class UnfinishedFile {
  private readonly path: string;
  private readonly temporary: string;
  private readonly file: number;
  private open = true;

  /** Throws what the system says. */
  constructor(path: string) {
    this.path = path;
    this.temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`;
    this.file = openSync(this.temporary, 'wx');
  }

  write(bytes: Uint8Array): void {
    writeAll(this.file, bytes);
  }

  /** Flushed to the disk, then renamed. */
  finish(): void {
    fsyncSync(this.file);
    this.close();
    renameSync(this.temporary, this.path);
  }

  discard(): void {
    this.close();
    rmSync(this.temporary, { force: true });
  }

  private close(): void {
    if (this.open) closeSync(this.file);
    this.open = false;
  }
}

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
  let file: UnfinishedFile | undefined;
  try {
    file = new UnfinishedFile(path);
    file.write(header);
    for (const each of stored) file.write(encode(each.dtype, tensors[each.name]!));
    file.finish();
  } catch (error) {
    file?.discard();
    throw cannotWrite(path, error);
  }
}

/** What was written. */
export interface WrittenFile {
  readonly bytes: number;
  /** Of the bytes that were meant to be written, as hexadecimal digits. */
  readonly sha256: string;
}

/**
 * `writeSafetensors` of tensors that are asked for one after the other, so that one alone is in memory at a time.
 *
 * @param tensors - types and shapes by name
 * @param read - the values of a tensor, of the type and shape that were announced
 * @throws WRITE_FAILED as `writeSafetensors`, and what `read` throws; no partial file is left
 */
export async function writeSafetensorsFrom(
  path: string,
  tensors: Readonly<Record<string, TensorForm>>,
  read: (name: string) => Promise<HostTensor>,
  options: WriteOptions = {},
): Promise<WrittenFile> {
  const { dtype = 'F32', metadata = { format: 'pt' } } = options;
  const stored = inFileOrder(tensors, dtype);
  const hash = createHash('sha256');
  let bytes = 0;
  let file: UnfinishedFile | undefined;
  const write = (part: Uint8Array): void => {
    file!.write(part);
    hash.update(part);
    bytes += part.length;
  };
  try {
    file = new UnfinishedFile(path);
    write(encodeHeader(stored, metadata));
    for (const each of stored) write(encode(each.dtype, await read(each.name)));
    file.finish();
  } catch (error) {
    file?.discard();
    throw error instanceof MdpdError ? error : cannotWrite(path, error);
  }
  return { bytes, sha256: hash.digest('hex') };
}
