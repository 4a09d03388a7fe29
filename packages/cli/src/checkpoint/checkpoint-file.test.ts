import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '@mdpd/core';
import type { Snapshot } from '@mdpd/distill/engine/checkpoints';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { createRandom } from '@mdpd/tensor/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFile, readCheckpoint, stateFile, writeCheckpoint } from './checkpoint-file.ts';
import { noteText, parseNote } from './checkpoint-note.ts';

const root = mkdtempSync(path.join(tmpdir(), 'mdpd-checkpoint-'));
afterAll(() => rmSync(root, { recursive: true }));

const frame = {
  metrics: { bytes: 3, sha256: 'ab'.repeat(32) },
  inputs: { backbone: '1' },
  versions: { node: 'v1' },
  totalSeconds: 1.5,
};
const timing = { seconds: 1, timedSeconds: 0.5, timedSteps: 2, stepSeconds: 0.75, peakRssBytes: 9 };

let good: string;
beforeAll(async () => {
  await cpuExecutor.start();
  const state = {
    frozen: { big: tf.zeros([3]) },
    trained: { 'head.weight': tf.tensor2d([1, -0, Number.MIN_VALUE, 4], [2, 2]) },
    side: { gate: tf.scalar(0.1), mask: tf.tensor1d([1, 0], 'bool') },
    optimizer: { 'head.weight/m': tf.tensor1d([7, 8], 'int32') },
  };
  const snapshot: Snapshot = {
    step: 12,
    steps: 40,
    boundary: { image: 2 },
    state,
    timing,
    read: async (tensor) =>
      ({ data: await tensor.data(), shape: tensor.shape, dtype: tensor.dtype }) as HostTensor,
  };
  good = path.join(root, 'checkpoint', 'step-00000012');
  await writeCheckpoint(good, snapshot, frame);
});

/** A copy of the good one with one file changed. */
function altered(name: string, change: (file: string) => void): string {
  const folder = path.join(root, 'altered');
  rmSync(folder, { recursive: true, force: true });
  cpSync(good, folder, { recursive: true });
  change(path.join(folder, name));
  return folder;
}

const codeOf = (folder: string): Promise<string> =>
  readCheckpoint(folder).then(
    () => 'read',
    (error: { code?: string }) => error.code ?? String(error),
  );

it('gives back what was written, to the bit, and leaves nothing else', async () => {
  const { note, resumed } = await readCheckpoint(good);
  expect(note).toMatchObject({ step: 12, steps: 40, ...frame, timing });
  expect(resumed).toMatchObject({ step: 12, boundary: { image: 2 }, timing });
  expect(Object.keys(resumed.state)).toEqual(['trained', 'side', 'optimizer']);
  expect(resumed.state.trained['head.weight']).toEqual({
    data: Float32Array.of(1, -0, 0, 4),
    shape: [2, 2],
    dtype: 'float32',
  });
  expect(resumed.state.side['mask']!.dtype).toBe('bool');
  expect([...resumed.state.optimizer['head.weight/m']!.data]).toEqual([7, 8]);
  expect(readdirSync(path.dirname(good))).toEqual(['step-00000012']);
});

describe('what was torn or altered is noticed', () => {
  it.each([stateFile, noteFile])('%s: every length that a torn write may leave', async (name) => {
    const { length } = readFileSync(path.join(good, name));
    const codes = new Set<string>();
    for (let end = 0; end < length; end++)
      codes.add(await codeOf(altered(name, (file) => truncateSync(file, end))));
    expect([...codes]).toEqual(['CHECKPOINT_DAMAGED']);
  });

  it('200 bits, flipped one at a time', async () => {
    const random = createRandom(1, 'flips');
    const codes = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const name = i % 2 === 0 ? stateFile : noteFile;
      const flip = (file: string): void => {
        const bytes = readFileSync(file);
        bytes[random.integer(bytes.length)]! ^= 1 << random.integer(8);
        writeFileSync(file, bytes);
      };
      codes.add(await codeOf(altered(name, flip)));
    }
    expect([...codes]).toEqual(['CHECKPOINT_DAMAGED']);
  });

  it('bytes behind the end, a page of zeros, a file that is missing, the file of another checkpoint', async () => {
    const changes: ((file: string) => void)[] = [
      (file) => appendFileSync(file, ' '),
      (file) => writeFileSync(file, Buffer.alloc(readFileSync(file).length)),
      (file) => rmSync(file),
      (file) => {
        const bytes = readFileSync(file);
        bytes.writeFloatLE(2, bytes.length - 8);
        writeFileSync(file, bytes);
      },
    ];
    for (const name of [stateFile, noteFile])
      for (const change of changes) expect(await codeOf(altered(name, change))).toBe('CHECKPOINT_DAMAGED');
    await expect(readCheckpoint(altered(stateFile, (file) => truncateSync(file, 100)))).rejects.toThrow(
      /^the checkpoint cannot be used: it has 100 bytes; \d+ were written$/,
    );
  });
});

it('takes no note that says the same in other words', async () => {
  const text = readFileSync(path.join(good, noteFile), 'utf8');
  const note = parseNote(text)!;
  expect(noteText(note)).toBe(text);
  expect(parseNote(text.replace('"step": 12', '"step": 12.0'))).toBeUndefined();
  expect(parseNote(text.replace('"format": 1', '"format": 2'))).toBeUndefined();
  expect(parseNote('null')).toBeUndefined();
});

it('leaves nothing where it cannot write', async () => {
  const failing: Snapshot = {
    step: 1,
    steps: 2,
    boundary: undefined,
    state: { frozen: {}, trained: { a: tf.zeros([2]) }, side: {}, optimizer: {} },
    timing,
    read: () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
  };
  const folder = path.join(root, 'full', 'step-00000001');
  await expect(writeCheckpoint(folder, failing, frame)).rejects.toMatchObject({ code: 'DISK_FULL' });
  expect(readdirSync(path.dirname(folder))).toEqual([]);
});
