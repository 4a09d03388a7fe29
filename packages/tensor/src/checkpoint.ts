/** Reads parameters from a Hugging Face model folder: `model.safetensors`, or shards with an index. */
import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import path from 'node:path';
import {
  MdpdError,
  messageOf,
  systemCode,
  type HostRecord,
  type HostTensor,
  type ParameterSpec,
} from '@mdpd/core';
import { openSafetensors, type SafetensorsFile } from './safetensors.ts';
import type { SafetensorsEntry } from './safetensors-header.ts';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** Largest index that is read: names and file names of about a hundred thousand tensors. */
const MAXIMUM_INDEX_BYTES = 32_000_000;

export interface Checkpoint {
  readonly folder: string;
  readonly names: readonly string[];
  entry(name: string): SafetensorsEntry;
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}

async function exists(file: string): Promise<boolean> {
  return access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
}

async function noWeights(folder: string): Promise<MdpdError> {
  const pickled = await exists(path.join(folder, 'pytorch_model.bin'));
  return new MdpdError('CHECKPOINT_NOT_FOUND', `the folder has no ${SINGLE} and no ${INDEX}`, {
    place: folder,
    fix: pickled
      ? 'pytorch_model.bin is not read; save the model again with `save_pretrained(…, safe_serialization=True)`'
      : undefined,
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
async function readIndex(file: string): Promise<Map<string, string>> {
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
    if (typeof shard !== 'string' || !/^[^/\\:]+\.safetensors$/.test(shard)) {
      throw badIndex(
        file,
        `the index says that ${JSON.stringify(name)} is in ${JSON.stringify(shard)}`,
        'the name of a .safetensors file in the same folder',
      );
    }
  }
  return new Map(Object.entries(map as Record<string, string>));
}

async function openShards(folder: string): Promise<Map<string, SafetensorsFile>> {
  const index = path.join(folder, INDEX);
  const shardOf = await readIndex(index);
  const files = new Map<string, SafetensorsFile>();
  try {
    const byName = new Map<string, SafetensorsFile>();
    for (const [name, shard] of shardOf) {
      const file = files.get(shard) ?? (await openSafetensors(path.join(folder, shard)));
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

/**
 * Opens the weights of a model folder. Headers are read at once, tensors when they are asked for.
 *
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_INDEX, and what `openSafetensors` throws
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const single = path.join(folder, SINGLE);
  let byName: Map<string, SafetensorsFile>;
  if (await exists(single)) {
    const file = await openSafetensors(single);
    byName = new Map([...file.entries.keys()].map((name) => [name, file]));
    if (byName.size === 0) {
      await file.close();
      throw new MdpdError('CHECKPOINT_EMPTY', 'the file holds no tensor', { place: single });
    }
  } else if (await exists(path.join(folder, INDEX))) {
    byName = await openShards(folder);
  } else {
    throw await noWeights(folder);
  }
  const fileOf = (name: string): SafetensorsFile => {
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

export interface LoadOptions {
  /** Names of parameters that may be missing. Those of the head may be anyway. */
  readonly optional?: readonly string[];
  /** Canonical names of tensors that the checkpoint may hold without a parameter that takes them. */
  readonly allowed?: readonly string[];
  /** Whether the checkpoint may hold the head of another task; by default where no parameter of a head is asked for. */
  readonly otherHead?: boolean;
}

export interface LoadedParameters {
  /** By the names of the specs, in their order; float32. */
  readonly parameters: HostRecord;
  /** Parameters that the checkpoint lacks: of the head, or optional. */
  readonly missing: readonly string[];
  /** Tensors of the checkpoint that were not read, by the checkpoint's names. */
  readonly ignored: readonly string[];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown}, and ${names.length - 8} more` : shown;
}

const floats = new Set(['F64', 'F32', 'F16', 'BF16']);

interface Matched {
  /** Name in the checkpoint by name of the parameter. */
  readonly sources: ReadonlyMap<string, string>;
  readonly ignored: readonly string[];
}

/** Whether tensors that no spec takes are errors, see `loadParameters`. */
function expectation(specs: readonly ParameterSpec[], options: LoadOptions): (name: string) => boolean {
  const { allowed = [], otherHead = specs.every(({ stage }) => stage !== 'head') } = options;
  const firstWord = (name: string): string => name.split('.', 1)[0]!;
  const own = new Set(specs.map(({ name }) => firstWord(name)));
  return (name) => allowed.includes(name) || (otherHead && !own.has(firstWord(name)));
}

function match(
  checkpoint: Checkpoint,
  specs: readonly ParameterSpec[],
  canonicalName: (name: string) => string | null,
  options: LoadOptions,
): Matched {
  const known = new Set(specs.map(({ name }) => name));
  const mayStay = expectation(specs, options);
  const sources = new Map<string, string>();
  const ignored: string[] = [];
  const unexpected: string[] = [];
  for (const name of checkpoint.names) {
    const canonical = canonicalName(name);
    if (canonical === null || (!known.has(canonical) && mayStay(canonical))) ignored.push(name);
    else if (!known.has(canonical)) unexpected.push(name);
    else if (sources.has(canonical)) {
      throw new MdpdError(
        'CHECKPOINT_AMBIGUOUS',
        `two tensors stand for ${canonical}: ${sources.get(canonical)!} and ${name}`,
        {
          place: checkpoint.folder,
        },
      );
    } else sources.set(canonical, name);
  }
  if (unexpected.length > 0) {
    throw new MdpdError(
      'CHECKPOINT_UNEXPECTED',
      `the checkpoint holds ${unexpected.length} tensors that config.json does not account for: ${listed(unexpected)}`,
      { place: checkpoint.folder, fix: 'check that config.json and the weights belong together' },
    );
  }
  return { sources, ignored };
}

function checkEntries(checkpoint: Checkpoint, specs: readonly ParameterSpec[], { sources }: Matched): void {
  const shapes: string[] = [];
  for (const { name, shape } of specs) {
    const source = sources.get(name);
    if (source === undefined) continue;
    const entry = checkpoint.entry(source);
    if (!floats.has(entry.dtype)) {
      throw new MdpdError('CHECKPOINT_DTYPE', `${source} has type ${entry.dtype}`, {
        place: checkpoint.folder,
        allowed: [...floats],
      });
    }
    if (entry.shape.join() !== shape.join()) {
      shapes.push(`${source} is [${entry.shape.join(', ')}] instead of [${shape.join(', ')}]`);
    }
  }
  if (shapes.length > 0) {
    throw new MdpdError(
      'CHECKPOINT_SHAPE',
      `tensors have other shapes than config.json says: ${listed(shapes)}`,
      {
        place: checkpoint.folder,
        fix: 'check that config.json and the weights belong together',
      },
    );
  }
}

/**
 * Reads parameters by name. Every surprise is an error that lists what it is about: a parameter of the backbone that is
 * missing, another shape, a tensor that nothing takes. Two things are not surprises: that the head is missing, and,
 * where only a backbone is asked for or `otherHead` says so, that the checkpoint holds something outside of it.
 *
 * @param canonicalName - name of a checkpoint's tensor among the specs, null for one to ignore
 * @throws CHECKPOINT_MISSING, CHECKPOINT_SHAPE, CHECKPOINT_UNEXPECTED, CHECKPOINT_AMBIGUOUS, CHECKPOINT_DTYPE, and what
 * `openCheckpoint` throws
 */
export async function loadParameters(
  folder: string,
  specs: readonly ParameterSpec[],
  canonicalName: (name: string) => string | null,
  options: LoadOptions = {},
): Promise<LoadedParameters> {
  const { optional = [] } = options;
  const checkpoint = await openCheckpoint(folder);
  try {
    const matched = match(checkpoint, specs, canonicalName, options);
    checkEntries(checkpoint, specs, matched);
    const absent = specs.filter(({ name }) => !matched.sources.has(name));
    const fatal = absent.filter(({ name, stage }) => stage !== 'head' && !optional.includes(name));
    if (fatal.length > 0) {
      const names = fatal.map(({ name }) => name);
      throw new MdpdError(
        'CHECKPOINT_MISSING',
        `the checkpoint lacks ${names.length} tensors: ${listed(names)}`,
        {
          place: folder,
          fix: 'check that config.json and the weights belong together',
        },
      );
    }
    const loaded: [string, HostTensor][] = [];
    for (const { name } of specs) {
      const source = matched.sources.get(name);
      if (source !== undefined) loaded.push([name, await checkpoint.read(source)]);
    }
    const missing = absent.map(({ name }) => name);
    return { parameters: Object.fromEntries(loaded), missing, ignored: matched.ignored };
  } finally {
    await checkpoint.close();
  }
}
