import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { trainSchema, type RunRecord } from '@mdpd/core';
import type { Snapshot } from '@mdpd/distill/engine/checkpoints';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MetricsFile } from '../metrics-file.ts';
import { CheckpointStore, newestCheckpoint, newestStep } from './checkpoint-store.ts';

let root: string;
let metrics: MetricsFile;
let now = 0;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'mdpd-store-'));
  metrics = new MetricsFile(path.join(root, 'metrics.jsonl'));
  now = 0;
});
afterEach(() => {
  metrics.close();
  rmSync(root, { recursive: true });
});

const at = (...names: string[]): string => path.join(root, 'checkpoint', ...names);
const step = (number: number): string => `step-0000000${number}`;

function store(checkpoint: object): CheckpointStore {
  return new CheckpointStore({
    folder: at(),
    settings: trainSchema.parse({ steps: 1, checkpoint }).checkpoint,
    metrics,
    inputs: {},
    versions: {},
    totalSeconds: () => 2,
    now: () => now,
  });
}

const snapshot = (number: number): Snapshot => ({
  step: number,
  steps: 9,
  boundary: undefined,
  state: { frozen: {}, trained: {}, side: {}, optimizer: {} },
  timing: { seconds: 1, timedSeconds: 1, timedSteps: 1, stepSeconds: 1, peakRssBytes: 1 },
  read: () => Promise.reject(new Error('nothing to read')),
});

const record = (number: number): RunRecord => ({ type: 'note', step: number, message: 'm' });

it('is due every so many steps, and after so many minutes of a clock that never goes back', async () => {
  const both = store({ steps: 4, minutes: 1 });
  expect([1, 2, 3, 4, 5].map((number) => both.reached(number))).toEqual([false, false, false, true, false]);
  now = 60_000;
  expect(both.reached(5)).toBe(true);
  await both.save(snapshot(5));
  expect(both.reached(6)).toBe(false);
  now = 120_000;
  expect(both.reached(7)).toBe(true);
  const never = store({ steps: 0, minutes: 0 });
  now = 1e12;
  expect(never.reached(400)).toBe(false);
});

it('keeps the newest, and points to the metrics as they were when the step was reached', async () => {
  const kept = store({ keep: 2 });
  for (const number of [1, 2, 3]) {
    metrics.record(record(number));
    kept.reached(number);
    metrics.record(record(number));
    await kept.save(snapshot(number));
  }
  expect(readdirSync(at())).toEqual([step(2), step(3)]);
  const { note } = (await newestCheckpoint(at(), () => {}))!;
  const line = metrics.position().bytes / 6;
  expect([note.step, note.metrics.bytes / line]).toEqual([3, 5]);
});

it('uses the one before a damaged one, and says so; refuses where all are damaged', async () => {
  const kept = store({ keep: 3 });
  for (const number of [1, 2, 3]) await kept.save(snapshot(number));
  truncateSync(at(step(3), 'state.safetensors'), 5);
  writeFileSync(at(step(2), 'checkpoint.json'), '{}');
  const said: string[] = [];
  const found = await newestCheckpoint(at(), (message) => said.push(message));
  expect(found!.note.step).toBe(1);
  expect(said.map((each) => each.replaceAll(root, 'ROOT'))).toEqual([
    `the checkpoint of step 3 is left out: ROOT/checkpoint/${step(3)}/state.safetensors: the checkpoint cannot be used: it has 5 bytes; 32 were written`,
    `the checkpoint of step 2 is left out: ROOT/checkpoint/${step(2)}/checkpoint.json: the checkpoint cannot be used: it is not as it was written`,
  ]);
  expect(newestStep(at())).toBe(3);
  rmSync(at(step(1)), { recursive: true });
  await expect(newestCheckpoint(at(), () => {})).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED' });
  expect(await newestCheckpoint(path.join(root, 'none'), () => {})).toBeUndefined();
  expect(newestStep(path.join(root, 'none'))).toBe(0);
});
