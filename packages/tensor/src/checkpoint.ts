/** Parameters from the weights of a Hugging Face model folder, by the names and shapes that a model expects. */
import { MdpdError, type HostRecord, type HostTensor, type ParameterSpec } from '@mdpd/core';
import { openCheckpoint, type Checkpoint } from './open-checkpoint.ts';

export { openCheckpoint, type Checkpoint } from './open-checkpoint.ts';

/** What a checkpoint may lack, and what it may hold besides. */
export interface LoadOptions {
  /** Names of parameters that may be missing. Those of the head may be anyway. */
  readonly optional?: readonly string[];
  /** Canonical names of tensors that the checkpoint may hold without a parameter that takes them. */
  readonly allowed?: readonly string[];
  /** Whether the checkpoint may hold the head of another task; by default where no parameter of a head is asked for. */
  readonly otherHead?: boolean;
}

/** What was read of a checkpoint. */
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
