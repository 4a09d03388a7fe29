/**
 * The format before PyTorch 1.6 (`_use_new_zipfile_serialization=False`): pickles one behind the other (magic number,
 * protocol, the machine it was written on, the object, the keys of its storages), then for every storage the number of
 * its values and the values themselves, little-endian.
 */
import { byteReader } from './byte-reader.ts';
import { describe, isKind, type PickleValue, type TorchStorage } from './pickle-values.ts';
import { invalid, quoted } from './torch-errors.ts';
import { torchVocabulary } from './torch-globals.ts';
import { unpickle } from './unpickle.ts';
import { storageBytes } from './tensor-view.ts';

/** The first pickle of the file, 0x1950a86a20f9469cfc6c. */
export const LEGACY_MAGIC = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const COUNT_BYTES = 8;

export interface LegacyContent {
  readonly object: PickleValue;
  /** Where the data of a storage begin, by key. */
  readonly starts: ReadonlyMap<string, number>;
}

/**
 * Reads everything but the values.
 *
 * @param limit - largest number of bytes that the pickles may take
 */
export function readLegacy(
  file: { readonly descriptor: number; readonly path: string; readonly size: number },
  limit: number,
): LegacyContent {
  const { descriptor, path, size } = file;
  const what = `its pickle (of at most ${limit} bytes)`;
  const reader = byteReader(descriptor, path, what, 0, Math.min(size, limit));
  const storages = new Map<string, TorchStorage>();
  const persistent = (id: PickleValue): PickleValue => {
    const storage = torchVocabulary.persistent(id, path) as TorchStorage;
    const known = storages.get(storage.key);
    if (known && (known.type !== storage.type || known.size !== storage.size)) {
      throw invalid(path, `the storage ${quoted(storage.key)} is described in two ways`);
    }
    storages.set(storage.key, storage);
    return storage;
  };
  const next = (): PickleValue => unpickle(reader, { ...torchVocabulary, persistent });
  const magic = next();
  const protocol = next();
  if (magic !== MAGIC || protocol !== PROTOCOL) {
    throw invalid(path, `the file is of protocol ${describe(protocol)}`, String(PROTOCOL));
  }
  next();
  const object = next();
  const keys = next();
  if (!isKind(keys, 'list')) throw invalid(path, `the keys of its storages are ${describe(keys)}`, 'a list');
  const starts = new Map<string, number>();
  let position = reader.position();
  for (const key of keys.items) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage) throw invalid(path, `the keys of its storages name ${describe(key)}, which no tensor uses`);
    if (starts.has(storage.key)) throw invalid(path, `the storage ${quoted(storage.key)} is listed twice`);
    checkCount(file, position, storage);
    starts.set(storage.key, position + COUNT_BYTES);
    position += COUNT_BYTES + storageBytes(storage);
    if (position > size) {
      throw invalid(
        path,
        `the storage ${quoted(storage.key)} ends at byte ${position}, but the file has ${size}`,
      );
    }
  }
  return { object, starts };
}

/** The count before the values must be what the pickle said. */
function checkCount(
  { descriptor, path, size }: { readonly descriptor: number; readonly path: string; readonly size: number },
  position: number,
  storage: TorchStorage,
): void {
  const what = `the storage ${quoted(storage.key)}`;
  const count = byteReader(descriptor, path, what, position, Math.min(size, position + COUNT_BYTES))
    .take(COUNT_BYTES)
    .readBigInt64LE();
  if (count !== BigInt(storage.size)) {
    throw invalid(path, `${what} has ${count} values, but its pickle says ${storage.size}`);
  }
}
