/** One checkpoint: a folder with the tensors and a note, there whole or not at all, and checked to the byte when read. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { MdpdError, messageOf, type HostRecord, type TrainStateHost } from '@mdpd/core';
import { keptParts, type ResumedState, type Snapshot } from '@mdpd/distill/engine/checkpoints';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { writeSafetensorsFrom } from '@mdpd/tensor/safetensors-write';
import { hashFile, type FileHash } from '../file-hash.ts';
import { diskError, readText, syncFolder, writeDurably } from '../files.ts';
import { noteText, parseNote, type CheckpointNote } from './checkpoint-note.ts';

export const stateFile = 'state.safetensors';
export const noteFile = 'checkpoint.json';

const maximumNoteBytes = 1_000_000;

/** What the store adds to a snapshot. */
export type NoteFrame = Pick<CheckpointNote, 'metrics' | 'inputs' | 'versions' | 'totalSeconds'>;

/**
 * Writes `folder` beside its place, flushes it to the disk, and renames it. Throws DISK_FULL or WRITE_FAILED, and what
 * reading from the executor throws; nothing is left behind then.
 */
export async function writeCheckpoint(folder: string, snapshot: Snapshot, frame: NoteFrame): Promise<void> {
  const unfinished = `${folder}.tmp-${process.pid}`;
  try {
    mkdirSync(unfinished, { recursive: true });
    const state = await writeState(path.join(unfinished, stateFile), snapshot);
    const { step, steps, timing, losses, boundary = null } = snapshot;
    const own = losses === undefined ? {} : { losses };
    const note = { format: 1, step, steps, boundary, ...frame, state, timing, ...own } as const;
    writeDurably(path.join(unfinished, noteFile), noteText(note));
    syncFolder(unfinished);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
    syncFolder(path.dirname(folder));
  } catch (thrown) {
    rmSync(unfinished, { recursive: true, force: true });
    throw diskError(thrown, folder);
  }
}

async function writeState(file: string, { state, read }: Snapshot): Promise<FileHash> {
  const tensors = Object.fromEntries(
    keptParts.flatMap((part) =>
      Object.entries(state[part]).map(([name, tensor]) => [`${part}/${name}`, tensor] as const),
    ),
  );
  const forms = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, dtype }]) => [name, { shape, dtype: storedType(dtype) }]),
  );
  // No metadata: what there is to say stands in the note.
  return writeSafetensorsFrom(file, forms, (name) => read(tensors[name]!), { metadata: {} });
}

function storedType(dtype: string): HostRecord[string]['dtype'] {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new MdpdError('INTERNAL', `a state holds a tensor of type ${dtype}`);
}

export interface ReadCheckpoint {
  readonly note: CheckpointNote;
  readonly resumed: ResumedState;
}

/** Reads and checks a checkpoint. Throws CHECKPOINT_DAMAGED with the reason. */
export async function readCheckpoint(folder: string): Promise<ReadCheckpoint> {
  const note = readNote(folder);
  const file = path.join(folder, stateFile);
  try {
    const found = hashFile(file);
    if (found.bytes !== note.state.bytes)
      throw damaged(file, `it has ${found.bytes} bytes; ${note.state.bytes} were written`);
    if (found.sha256 !== note.state.sha256)
      throw damaged(file, 'its checksum is not that of what was written');
    const state = partsOf(await readSafetensors(file), file);
    const { step, timing, boundary, losses } = note;
    return { note, resumed: { step, timing, boundary: boundary ?? undefined, losses, state } };
  } catch (thrown) {
    if (thrown instanceof MdpdError && thrown.code === 'CHECKPOINT_DAMAGED') throw thrown;
    throw damaged(file, messageOf(thrown));
  }
}

/** The note alone. Throws CHECKPOINT_DAMAGED. */
export function readNote(folder: string): CheckpointNote {
  const file = path.join(folder, noteFile);
  let text: string;
  try {
    text = readText(file, maximumNoteBytes);
  } catch (thrown) {
    throw damaged(file, messageOf(thrown));
  }
  const note = parseNote(text);
  if (!note) throw damaged(file, 'it is not as it was written');
  return note;
}

function partsOf(tensors: HostRecord, file: string): ResumedState['state'] {
  const parts = { trained: {}, side: {}, optimizer: {} } as Record<(typeof keptParts)[number], HostRecord>;
  for (const [name, tensor] of Object.entries(tensors)) {
    const slash = name.indexOf('/');
    const part = parts[name.slice(0, slash) as keyof Omit<TrainStateHost, 'frozen'>] as
      HostRecord | undefined;
    if (!part) throw damaged(file, `the tensor "${name}" belongs to no part of a state`);
    part[name.slice(slash + 1)] = tensor;
  }
  return parts;
}

function damaged(place: string, reason: string): MdpdError {
  return new MdpdError('CHECKPOINT_DAMAGED', `the checkpoint cannot be used: ${reason}`, {
    place,
    fix: 'the one before it is used where there is one; if there is none, train again in another folder',
  });
}
