/** The checkpoints of a run: when they are due, which are kept, and which one to go on from. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { MdpdError, type TrainSettings } from '@mdpd/core';
import type { Checkpoints, ResumedState, Snapshot } from '@mdpd/distill/engine/checkpoints';
import type { MetricsFile, MetricsPosition } from '../metrics-file.ts';
import {
  readCheckpoint,
  readNote,
  writeCheckpoint,
  type NoteFrame,
  type ReadCheckpoint,
} from './checkpoint-file.ts';

const namePattern = /^step-(\d{8,})$/;

export interface StoreOptions {
  /** `checkpoint` of the run. */
  readonly folder: string;
  readonly settings: TrainSettings['checkpoint'];
  readonly metrics: MetricsFile;
  readonly inputs: NoteFrame['inputs'];
  readonly versions: NoteFrame['versions'];
  /** Of the run so far. */
  readonly totalSeconds: () => number;
  readonly resumed?: ResumedState;
  /** Milliseconds that never go back, whatever happens to the clock. */
  readonly now?: () => number;
}

/** Keeps the states of a run in its folder. */
export class CheckpointStore implements Checkpoints {
  readonly resumed?: ResumedState;
  private readonly options: StoreOptions;
  private readonly now: () => number;
  private keptAt: number;
  private position: MetricsPosition;

  constructor(options: StoreOptions) {
    const { resumed, metrics, now = () => performance.now() } = options;
    this.options = options;
    if (resumed) this.resumed = resumed;
    this.now = now;
    this.keptAt = now();
    this.position = metrics.position();
  }

  reached(step: number): boolean {
    const { steps, minutes } = this.options.settings;
    this.position = this.options.metrics.position();
    if (steps > 0 && step % steps === 0) return true;
    return minutes > 0 && this.now() - this.keptAt >= minutes * 60_000;
  }

  /** Throws DISK_FULL or WRITE_FAILED; the checkpoints before it stay. */
  async save(snapshot: Snapshot): Promise<void> {
    const { folder, metrics, inputs, versions, totalSeconds, settings } = this.options;
    // What the checkpoint points to must not come later to the disk than the checkpoint.
    metrics.sync();
    await writeCheckpoint(path.join(folder, nameOf(snapshot.step)), snapshot, {
      metrics: this.position,
      inputs,
      versions,
      totalSeconds: totalSeconds(),
    });
    this.keptAt = this.now();
    for (const { folder: old } of listCheckpoints(folder).slice(settings.keep)) remove(old);
  }
}

function nameOf(step: number): string {
  return `step-${String(step).padStart(8, '0')}`;
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export interface FoundCheckpoint {
  readonly step: number;
  readonly folder: string;
}

/** The checkpoints of a folder, newest first. */
export function listCheckpoints(folder: string): FoundCheckpoint[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const step = namePattern.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), folder: path.join(folder, name) }];
    })
    .sort((a, b) => b.step - a.step);
}

/** Steps of the newest checkpoint that says so; 0 without one. */
export function newestStep(folder: string): number {
  for (const { folder: each } of listCheckpoints(folder)) {
    try {
      return readNote(each).step;
    } catch {
      // A damaged one counts nothing.
    }
  }
  return 0;
}

/**
 * The newest checkpoint that can be used, undefined where there is none at all; of every damaged one `warn` is told.
 * Throws CHECKPOINT_DAMAGED where there are some, and all are damaged.
 */
export async function newestCheckpoint(
  folder: string,
  warn: (message: string) => void,
): Promise<ReadCheckpoint | undefined> {
  let last: MdpdError | undefined;
  for (const { step, folder: each } of listCheckpoints(folder)) {
    try {
      return await readCheckpoint(each);
    } catch (thrown) {
      if (!(thrown instanceof MdpdError)) throw thrown;
      last = thrown;
      warn(`the checkpoint of step ${step} is left out: ${thrown.place ?? each}: ${thrown.message}`);
    }
  }
  if (last) throw last;
  return undefined;
}
