/**
 * Reads checkpoints that `torch.save` wrote: the ZIP archives of PyTorch 1.6 and later, and the format before. Their
 * pickles can name any code; here they are read by an interpreter that knows only what tensors need.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { MdpdError, messageOf, systemCode, type HostTensor } from '@mdpd/core';
import { readExactly } from '../file-bytes.ts';
import { decodeValues, dtypeBytes, toHostOrder, type StoredDtype } from '../tensor-values.ts';
import { byteReader } from './byte-reader.ts';
import { LEGACY_MAGIC, readLegacy } from './legacy-layout.ts';
import type { PickleValue, TorchStorage } from './pickle-values.ts';
import { readStrided } from './strided-read.ts';
import { stateDict } from './state-dict.ts';
import { checkView, storageBytes, type TensorView } from './tensor-view.ts';
import { invalid, quoted } from './torch-errors.ts';
import { torchVocabulary } from './torch-globals.ts';
import { unpickle } from './unpickle.ts';
import { readZipDirectory, zipDataStart, type ZipEntry } from './zip-directory.ts';

export interface TorchEntry {
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
}

export interface TorchFile {
  readonly path: string;
  /** Tensors of the state dict by name. Those that share their storage are listed each for itself. */
  readonly entries: ReadonlyMap<string, TorchEntry>;
  /** Reads one tensor, nothing else. Floats become float32, integers int32, booleans bool; always contiguous. */
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}

/** Descriptions of about a hundred thousand tensors. */
const MAXIMUM_PICKLE_BYTES = 32_000_000;

interface OpenFile {
  readonly descriptor: number;
  readonly path: string;
  readonly size: number;
}

interface Content {
  readonly object: PickleValue;
  readonly order: 'LE' | 'BE';
  /** Where the data of a storage begin. */
  start(storage: TorchStorage, place: string): number;
}

function cannotRead(path: string, error: unknown): MdpdError {
  const missing = systemCode(error) === 'ENOENT';
  const message = missing ? 'there is no such file' : `the file cannot be read: ${messageOf(error)}`;
  return new MdpdError(missing ? 'CHECKPOINT_NOT_FOUND' : 'CHECKPOINT_UNREADABLE', message, {
    place: path,
    cause: error,
  });
}

/** The folder of the archive, which has any name: that of the file when it was saved. */
function rootOf(entries: ReadonlyMap<string, ZipEntry>, path: string): string {
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    throw invalid(
      path,
      `the archive has ${pickles.length} entries named data.pkl`,
      'one, as torch.save writes it',
    );
  }
  const root = pickle.slice(0, -'data.pkl'.length);
  if (entries.has(`${root}constants.pkl`)) {
    throw invalid(
      path,
      'the file is a TorchScript archive',
      'a state dict: `torch.save(model.state_dict(), …)`',
    );
  }
  return root;
}

function readZip(file: OpenFile): Content {
  const { descriptor, path } = file;
  const entries = readZipDirectory(file);
  const root = rootOf(entries, path);
  const reader = (name: string): ReturnType<typeof byteReader> | undefined => {
    const entry = entries.get(`${root}${name}`);
    if (!entry) return undefined;
    if (entry.size > MAXIMUM_PICKLE_BYTES) {
      throw invalid(path, `${name} has ${entry.size} bytes`, `at most ${MAXIMUM_PICKLE_BYTES}`);
    }
    const start = zipDataStart(file, entry);
    return byteReader(descriptor, path, name, start, start + entry.size);
  };
  const order =
    reader('byteorder')
      ?.take(entries.get(`${root}byteorder`)!.size)
      .toString('latin1') ?? 'little';
  if (order !== 'little' && order !== 'big')
    throw invalid(path, `the byte order is ${quoted(order)}`, 'little, big');
  return {
    object: unpickle(reader('data.pkl')!, torchVocabulary),
    order: order === 'little' ? 'LE' : 'BE',
    start: (storage, place) => {
      const entry = entries.get(`${root}data/${storage.key}`);
      if (!entry) throw invalid(place, `the archive has no storage ${quoted(storage.key)}`);
      const bytes = storageBytes(storage);
      if (entry.size !== bytes) {
        throw invalid(place, `its storage should have ${bytes} bytes, but the archive holds ${entry.size}`);
      }
      return zipDataStart(file, entry);
    },
  };
}

function readContent(file: OpenFile): Content {
  const { descriptor, path, size } = file;
  const head = byteReader(descriptor, path, 'the file', 0, size).take(Math.min(size, LEGACY_MAGIC.length));
  if (head.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) return readZip(file);
  if (head.equals(LEGACY_MAGIC)) {
    const { object, starts } = readLegacy(file, MAXIMUM_PICKLE_BYTES);
    return {
      object,
      order: 'LE',
      start: (storage, place) => {
        const start = starts.get(storage.key);
        if (start === undefined) throw invalid(place, `the file has no storage ${quoted(storage.key)}`);
        return start;
      },
    };
  }
  if (head.toString('latin1').startsWith('version https:')) {
    throw new MdpdError('CHECKPOINT_INVALID', 'the file is a pointer of Git LFS, not the weights', {
      place: path,
      fix: 'fetch the weights: `git lfs pull` in the folder',
    });
  }
  throw invalid(path, 'the file is no checkpoint that torch.save wrote');
}

/**
 * Opens a checkpoint and checks what it says about its tensors, which are read when they are asked for.
 *
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_UNREADABLE, CHECKPOINT_UNSAFE, CHECKPOINT_INVALID, CHECKPOINT_AMBIGUOUS; later CHECKPOINT_RANGE for
 * integers that do not fit 32 bits
 */
export async function openTorchFile(path: string): Promise<TorchFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    return await readTorchFile(handle, path);
  } catch (error) {
    await handle?.close();
    throw error instanceof MdpdError ? error : cannotRead(path, error);
  }
}

async function readTorchFile(handle: FileHandle, path: string): Promise<TorchFile> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw invalid(path, 'this is no file');
  const content = readContent({ descriptor: handle.fd, path, size: stats.size });
  const views = new Map<string, { view: TensorView; start: number }>();
  for (const [name, tensor] of stateDict(content.object, path)) {
    const view = checkView(name, tensor, path);
    views.set(name, { view, start: content.start(view.storage, `${path}: ${quoted(name)}`) });
  }
  return {
    path,
    entries: new Map([...views].map(([name, { view }]) => [name, { dtype: view.dtype, shape: view.shape }])),
    read: async (name) => {
      const found = views.get(name);
      if (!found) throw new Error(`${path} has no tensor ${name}`);
      try {
        return await readTensor(handle, found, content.order, `${path}: ${quoted(name)}`);
      } catch (error) {
        throw error instanceof MdpdError ? error : cannotRead(path, error);
      }
    },
    close: () => handle.close(),
  };
}

async function readTensor(
  handle: FileHandle,
  { view, start }: { readonly view: TensorView; readonly start: number },
  order: 'LE' | 'BE',
  place: string,
): Promise<HostTensor> {
  const { dtype, shape } = view;
  const ended = (at: number): MdpdError => invalid(place, `the file ends at byte ${at}`);
  const read = (begin: number, length: number): Promise<Uint8Array<ArrayBuffer>> =>
    readExactly(handle, start + begin, length, ended);
  const bytes = toHostOrder(await readStrided(read, view, dtypeBytes[dtype]), dtypeBytes[dtype], order);
  const outOfRange = (value: number | bigint): MdpdError =>
    new MdpdError('CHECKPOINT_RANGE', `the integer ${value} does not fit 32 bits`, { place });
  return { ...decodeValues(dtype, bytes, outOfRange), shape };
}
