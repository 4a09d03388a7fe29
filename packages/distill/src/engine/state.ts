/** The tensors of a run on the executor: uploaded once, replaced step by step, freed when replaced. */
import type { Executor, HostRecord, StepResult, TensorRecord, TrainState, TrainStateHost } from '@mdpd/core';

export const stateParts = ['frozen', 'trained', 'side', 'optimizer'] as const;

/** Where `own`, the record's arrays may be taken over. */
export function uploadRecord(executor: Executor, record: HostRecord, own = false): TensorRecord {
  return Object.fromEntries(
    Object.entries(record).map(([name, tensor]) => [name, executor.upload(tensor, own)]),
  );
}

export async function readRecord(executor: Executor, record: Readonly<TensorRecord>): Promise<HostRecord> {
  const entries: [string, HostRecord[string]][] = [];
  for (const [name, tensor] of Object.entries(record)) entries.push([name, await executor.read(tensor)]);
  return Object.fromEntries(entries);
}

export function uploadState(executor: Executor, host: TrainStateHost, own = false): TrainState {
  return {
    frozen: uploadRecord(executor, host.frozen, own),
    trained: uploadRecord(executor, host.trained, own),
    side: uploadRecord(executor, host.side, own),
    optimizer: uploadRecord(executor, host.optimizer, own),
  };
}

/** The state after a step. Tensors that were replaced are freed. */
export function advance(state: TrainState, changes: StepResult['state']): TrainState {
  const next = { ...state };
  for (const part of stateParts) {
    const changed = changes[part];
    if (!changed) continue;
    const before = state[part];
    next[part] = { ...before, ...changed };
    for (const [name, tensor] of Object.entries(changed)) {
      if (before[name] && before[name] !== tensor) before[name].dispose();
    }
  }
  return next;
}

/** Frees what a step made, where the state before it stays. */
export function disposeChanges(state: TrainState, changes: StepResult['state']): void {
  for (const part of stateParts) {
    for (const [name, tensor] of Object.entries(changes[part] ?? {}))
      if (state[part][name] !== tensor) tensor.dispose();
  }
}

export function disposeRecord(record: Readonly<TensorRecord>): void {
  for (const tensor of Object.values(record)) tensor.dispose();
}

export function disposeState(state: TrainState): void {
  for (const part of stateParts) disposeRecord(state[part]);
}
