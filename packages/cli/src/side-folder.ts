/**
 * The folder of a side network that is kept at inference (method `side`): its tensors, and what it trained in the
 * backbone. The frozen rest is read again from the backbone that the recipe names.
 */
import path from 'node:path';
import {
  type Backbone,
  type BackboneProvider,
  type Head,
  type HostRecord,
  MdpdError,
  type Method,
  type Params,
  type TensorRecord,
  type TrainState,
  type TrainStateHost,
} from '@mdpd/core';
import type { Forward } from '@mdpd/distill/engine/evaluate';
import type { AnsweringModel } from '@mdpd/distill/engine/outputs';
import { generationOf } from '@mdpd/tensor/generate';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import { writeFolder } from './model-folder.ts';
import { writeSavedFiles, type SavedFiles } from './saved-files.ts';

/** Parts of a state that a forward run reads, as prefixes of tensor names in one flat record. */
const parts = ['frozen', 'trained', 'side'] as const;

const weightsFile = 'side.safetensors';

/** All tensors that a forward run reads, in one record: prepared functions get them as an argument. */
export function flattenState<T>(
  state: Readonly<Record<(typeof parts)[number], Readonly<Record<string, T>>>>,
): Record<string, T> {
  const entries = parts.flatMap((part) =>
    Object.entries(state[part]).map(([name, tensor]) => [`${part}/${name}`, tensor] as const),
  );
  return Object.fromEntries(entries);
}

/** The side path of a method as a model of a flat state. It answers without a cache: the ladders see every step. */
export function sideModel(
  { generation }: Pick<Backbone, 'generation'>,
  method: Method,
): AnsweringModel<Params> {
  const forward: Forward = (params, input) => method.forward('side', unflatten(params), input);
  return { forward, generation: generation && generationOf(generation, forward) };
}

function unflatten(params: Params): TrainState {
  const state = { frozen: {}, trained: {}, side: {}, optimizer: {} } as Record<
    keyof TrainState,
    TensorRecord
  >;
  for (const [name, tensor] of Object.entries(params)) {
    const slash = name.indexOf('/');
    state[name.slice(0, slash) as keyof TrainState][name.slice(slash + 1)] = tensor;
  }
  return state;
}

export interface SavedSide {
  readonly provider: BackboneProvider;
  readonly backbone: Backbone;
  readonly head: Head;
  readonly labels: readonly string[];
  readonly task: string;
  readonly files: SavedFiles;
  readonly state: Pick<TrainStateHost, 'trained' | 'side'>;
}

/** Writes the folder whole or not at all. Throws DISK_FULL or WRITE_FAILED. */
export function saveSide(folder: string, saved: SavedSide): void {
  const { provider, backbone, head, labels, task, files, state } = saved;
  const config = { ...provider.savedConfig(backbone, head, labels), mdpd: { task, part: 'side' } };
  writeFolder(folder, (unfinished) => {
    writeSavedFiles(unfinished, files, config);
    writeSafetensors(path.join(unfinished, weightsFile), flattenState({ ...state, frozen: {} }));
  });
}

/**
 * The flat state of a saved side network over `initial`, the state that its method starts from. Where the shallow/deep
 * boundary was measured, the training-only tensors (couplers, generators) may differ from those of `initial`.
 * Throws SIDE_MISMATCH where the tensors are not those of this method, and what the reader throws.
 */
export async function loadSide(
  folder: string,
  initial: TrainStateHost,
  measured: boolean,
): Promise<HostRecord> {
  const file = path.join(folder, weightsFile);
  const loaded = await readSafetensors(file);
  const state = flattenState(initial);
  const fail = (message: string, allowed?: string): never => {
    throw new MdpdError('SIDE_MISMATCH', message, { place: file, allowed });
  };
  for (const [name, tensor] of Object.entries(loaded)) {
    const expected = state[name];
    const shape = `[${tensor.shape.join(', ')}]`;
    if (!expected && !measured) fail(`the tensor "${name}" does not belong to this recipe's method`);
    if (expected && `[${expected.shape.join(', ')}]` !== shape) {
      fail(`the tensor "${name}" has shape ${shape}`, `[${expected.shape.join(', ')}]`);
    }
    state[name] = tensor;
  }
  const missing = Object.keys(state).filter((name) => !name.startsWith('frozen/') && !(name in loaded));
  if (missing.length > 0 && !measured)
    fail(`${missing.length} tensors are missing: ${missing.slice(0, 5).join(', ')}`);
  return Object.fromEntries(Object.entries(state).filter(([name]) => !missing.includes(name)));
}
