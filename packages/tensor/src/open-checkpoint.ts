/**
 * Opens the weights of a Hugging Face model folder: safetensors, or else what `torch.save` wrote; in one file, or in
 * shards with an index.
 */
import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import path from 'node:path';
import { MdpdError, messageOf, systemCode, type HostTensor } from '@mdpd/core';
import { showValue } from '@mdpd/core/show-value';
import { openSafetensors } from './safetensors.ts';
import type { StoredDtype } from './tensor-values.ts';
import { openTorchFile } from './torch/torch-file.ts';

/** How a tensor is stored. */
export interface CheckpointEntry {
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
}

/** Open weights of a model: one tensor is read at a time. */
export interface Checkpoint {
  readonly folder: string;
  readonly names: readonly string[];
  /** How a tensor is stored, by its name in the file. */
  entry(name: string): CheckpointEntry;
  /** Reads a tensor; floats become float32. */
  read(name: string): Promise<HostTensor>;
  /** Closes its files. */
  close(): Promise<void>;
}

/** One file of weights. */
interface WeightFile {
  readonly entries: ReadonlyMap<string, CheckpointEntry>;
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}

/** How weights are named and opened. */
interface WeightFormat {
  /** All weights in one file. */
  readonly single: string;
  /** The index of shards. */
  readonly index: string;
  readonly extension: string;
  open(file: string): Promise<WeightFile>;
}

/** In the order of preference. */
const formats: readonly WeightFormat[] = [
  {
    single: 'model.safetensors',
    index: 'model.safetensors.index.json',
    extension: '.safetensors',
    open: openSafetensors,
  },
  {
    single: 'pytorch_model.bin',
    index: 'pytorch_model.bin.index.json',
    extension: '.bin',
    open: openTorchFile,
  },
];

/** Files that may hold the weights of a model, or say where they are; in the order in which they are preferred. */
export const weightNames: readonly string[] = formats.flatMap(({ single, index }) => [single, index]);

/** Largest index that is read: names and file names of about a hundred thousand tensors. */
const MAXIMUM_INDEX_BYTES = 32_000_000;

async function exists(file: string): Promise<boolean> {
  return access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
}

function noWeights(folder: string): MdpdError {
  return new MdpdError('CHECKPOINT_NOT_FOUND', 'the folder has no weights', {
    place: folder,
    allowed: weightNames,
  });
}

function badIndex(file: string, message: string, allowed?: string): MdpdError {
  return new MdpdError('CHECKPOINT_INDEX', message, { place: file, allowed });
}

async function readText(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (size > MAXIMUM_INDEX_BYTES)
      throw badIndex(file, `the index has ${size} bytes`, `at most ${MAXIMUM_INDEX_BYTES}`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Name of the shard of every tensor. */
async function readIndex(file: string, extension: string): Promise<Map<string, string>> {
  let index: unknown;
  try {
    index = JSON.parse(await readText(file));
  } catch (error) {
    if (error instanceof MdpdError) throw error;
    const what = systemCode(error) === undefined ? 'the index is not JSON' : 'the index cannot be read';
    throw badIndex(file, `${what}: ${messageOf(error)}`);
  }
  const map =
    typeof index === 'object' && index !== null
      ? (index as Record<string, unknown>)['weight_map']
      : undefined;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw badIndex(file, 'the index has no weight_map', 'tensor names with file names');
  }
  for (const [name, shard] of Object.entries(map)) {
    // A plain name: nothing that leads out of the folder, on any platform.
    if (typeof shard !== 'string' || !/^[^/\\:]+$/.test(shard) || !shard.endsWith(extension)) {
      throw badIndex(
        file,
        `the index says that ${showValue(name)} is in ${showValue(shard)}`,
        `the name of a ${extension} file in the same folder`,
      );
    }
  }
  return new Map(Object.entries(map as Record<string, string>));
}

/** The file of every tensor, by name. */
async function openShards(folder: string, format: WeightFormat): Promise<Map<string, WeightFile>> {
  const index = path.join(folder, format.index);
  const shardOf = await readIndex(index, format.extension);
  const files = new Map<string, WeightFile>();
  try {
    const byName = new Map<string, WeightFile>();
    for (const [name, shard] of shardOf) {
      const file = files.get(shard) ?? (await format.open(path.join(folder, shard)));
      files.set(shard, file);
      if (!file.entries.has(name)) {
        throw badIndex(index, `the index says that ${JSON.stringify(name)} is in ${shard}, which lacks it`);
      }
      byName.set(name, file);
    }
    return byName;
  } catch (error) {
    for (const file of files.values()) await file.close();
    throw error;
  }
}

async function openSingle(file: string, format: WeightFormat): Promise<Map<string, WeightFile>> {
  const opened = await format.open(file);
  if (opened.entries.size === 0) {
    await opened.close();
    throw new MdpdError('CHECKPOINT_EMPTY', 'the file holds no tensor', { place: file });
  }
  return new Map([...opened.entries.keys()].map((name) => [name, opened]));
}

async function openWeights(folder: string): Promise<Map<string, WeightFile>> {
  for (const format of formats) {
    const single = path.join(folder, format.single);
    if (await exists(single)) return openSingle(single, format);
    if (await exists(path.join(folder, format.index))) return openShards(folder, format);
  }
  throw noWeights(folder);
}

/**
 * Names of the files that `openCheckpoint` would open: one, or an index and its shards, whether those are there or
 * not. Undefined where there is nothing to open. Throws CHECKPOINT_INDEX.
 */
export async function listWeights(folder: string): Promise<readonly string[] | undefined> {
  for (const { single, index, extension } of formats) {
    if (await exists(path.join(folder, single))) return [single];
    if (!(await exists(path.join(folder, index)))) continue;
    const shards = await readIndex(path.join(folder, index), extension);
    return [index, ...new Set(shards.values())];
  }
  return undefined;
}

/**
 * Opens the weights of a model folder. Headers are read at once, tensors when they are asked for.
 *
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_INDEX, CHECKPOINT_EMPTY, and what `openSafetensors` or `openTorchFile` throw
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const byName = await openWeights(folder);
  const fileOf = (name: string): WeightFile => {
    const file = byName.get(name);
    if (!file) throw new Error(`${folder} has no tensor ${name}`);
    return file;
  };
  return {
    folder,
    names: [...byName.keys()],
    entry: (name) => fileOf(name).entries.get(name)!,
    read: (name) => fileOf(name).read(name),
    close: async () => {
      for (const file of new Set(byName.values())) await file.close();
    },
  };
}
