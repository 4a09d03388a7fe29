/** The largest resident set of a training, from what its graphs are known to need. */
import { freemem } from 'node:os';
import type { CompiledGraph, Executor } from '@mdpd/core';
import { rss } from '@mdpd/tensor/memory-meter';

export interface MemoryParts {
  /** Resident set with libraries and data, without weights. */
  readonly baseBytes: number;
  /** Tensors on the executor: state, inputs. */
  readonly liveBytes: number;
  /** Intermediate values. */
  readonly arenaBytes: number;
  /** Of the graphs that are open at once. */
  readonly nodes: number;
}

/**
 * What tracing, sessions and what operators need for themselves take besides, and what a session holds for every node:
 * fitted to the training rows of the bench on `vit-s`, see docs/plan.md.
 */
const besidesBytes = 40e6;
const bytesPerNode = 7500;

export function plannedRss({ baseBytes, liveBytes, arenaBytes, nodes }: MemoryParts): number {
  return Math.round(baseBytes + liveBytes + arenaBytes + besidesBytes + bytesPerNode * nodes);
}

/** Follows the graphs of a run: each says what it will need before it runs for the first time. */
export class PlannedMemory {
  private readonly warn: (plannedBytes: number, availableBytes: number) => void;
  private executor: Pick<Executor, 'memory'> | undefined;
  private baseBytes = 0;
  private largest: number | undefined;
  private warned = false;

  /** @param warn - told once, before a graph is run for which there is too little memory */
  constructor(warn: (plannedBytes: number, availableBytes: number) => void) {
    this.warn = warn;
  }

  /** Counts what is resident now as libraries and data. */
  begin(executor: Pick<Executor, 'memory'>): void {
    this.executor = executor;
    this.baseBytes = rss().rssBytes;
  }

  add({ arenaBytes, nodes }: CompiledGraph): void {
    if (!this.executor) return;
    const { liveBytes } = this.executor.memory();
    const planned = plannedRss({ baseBytes: this.baseBytes, liveBytes, arenaBytes, nodes });
    this.largest = Math.max(this.largest ?? 0, planned);
    const available = availableBytes();
    if (this.warned || planned <= available) return;
    this.warned = true;
    this.warn(planned, available);
  }

  /** The most so far; undefined where the executor does not compile. */
  get bytes(): number | undefined {
    return this.largest;
  }
}

/** What this process has and may still get. */
export function availableBytes(): number {
  // Newer versions of Node know the limits of containers.
  const free = typeof process.availableMemory === 'function' ? process.availableMemory() : freemem();
  return free + rss().rssBytes;
}
