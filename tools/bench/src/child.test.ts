import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { engineStatus, measure, runOurs } from './engines.ts';
import { jobOf } from './collect.ts';
import { rowNamed, type Job } from './job.ts';
import type { BenchShape } from './shapes.ts';

afterEach(() => vi.unstubAllEnvs());

const shape: BenchShape = {
  name: 'tiny',
  model: {
    family: 'vit',
    blocks: 2,
    width: 8,
    heads: 2,
    hidden: 12,
    channels: 3,
    patch: 4,
    image: 8,
    tokens: 5,
    classes: 3,
  },
  batch: 2,
  engines: ['wasm'],
};
const wordShape: BenchShape = {
  name: 'tiny words',
  model: {
    family: 'bert',
    blocks: 2,
    width: 8,
    heads: 2,
    hidden: 12,
    vocabulary: 20,
    positions: 9,
    types: 2,
    tokens: 6,
    classes: 3,
  },
  batch: 3,
  engines: ['wasm'],
};
const canvasShape: BenchShape = {
  name: 'tiny images with words',
  model: {
    family: 'vilt',
    blocks: 2,
    width: 8,
    heads: 2,
    hidden: 12,
    vocabulary: 20,
    positions: 9,
    types: 2,
    channels: 3,
    patch: 4,
    image: 12,
    canvas: [8, 16],
    tokens: 15,
    classes: 3,
  },
  batch: 3,
  engines: ['wasm'],
};
const job = (row: string): Job => ({
  ...jobOf({ shape, row: rowNamed(row), engine: 'wasm' }, 1),
  warmup: 1,
  repeats: 3,
});

/** As `job('mdpd')`, of another shape. */
const shortOf = (other: BenchShape): Job => ({
  ...jobOf({ shape: other, row: rowNamed('mdpd'), engine: 'wasm' }, 1),
  warmup: 1,
  repeats: 2,
});

/** What a training row starts from. */
async function initialOf(asked: Job): ReturnType<typeof readSafetensors> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-bench-initial-'));
  try {
    const file = path.join(folder, 'initial.safetensors');
    await runOurs({ kind: 'initial', job: asked, file });
    return await readSafetensors(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a measuring process', () => {
  it('times training steps, which learn, and reads its own memory', async () => {
    const measured = await measure(job('mdpd'));
    expect(measured.times).toHaveLength(3);
    expect(measured.times.every((time) => time > 0 && time < 60_000)).toBe(true);
    expect(measured.values).toHaveLength(4);
    expect(measured.values.at(-1)).toBeLessThan(measured.values[0]!);
    const { libraryRssBytes, modelRssBytes, peakRssBytes } = measured;
    expect(libraryRssBytes).toBeGreaterThan(3e7);
    expect(modelRssBytes).toBeGreaterThan(libraryRssBytes * 0.9);
    expect(peakRssBytes).toBeGreaterThanOrEqual(modelRssBytes);
    expect(peakRssBytes).toBeLessThan(1e9);
    expect(measured.othersCpu).toBeGreaterThanOrEqual(0);
    expect(measured.othersCpu).toBeLessThanOrEqual(1);
  });

  it('times both forward passes', async () => {
    const [faded, side] = [await measure(job('latency-faded')), await measure(job('latency-side'))];
    expect(faded.times).toHaveLength(3);
    expect(new Set(faded.values).size).toBe(1);
    expect(faded.values[0]).not.toBe(0);
    // The side network's head starts with zeros.
    expect(side.values).toEqual([0, 0, 0, 0]);
  });

  it('writes what a row starts from', async () => {
    const tensors = await initialOf(job('mdpd'));
    expect(tensors['input/pixel_values']!.shape).toEqual([2, 3, 8, 8]);
    expect([...tensors['labels']!.data].every((label) => label >= 0 && label < 3)).toBe(true);
    expect(tensors['masks.3']!.shape).toEqual([1, 2, 5, 1]);
    expect(tensors['trained/vit.layernorm.weight']!.shape).toEqual([8]);
    expect(tensors['frozen/vit.encoder.layer.1.output.dense.weight']!.shape).toEqual([8, 12]);
    expect(tensors['side/side.head.bias']!.shape).toEqual([3]);
    expect(Object.keys(tensors)).not.toContain('masks.4');
  });

  it('reads texts with padding, and masks of as many tokens as they have', async () => {
    const words = shortOf(wordShape);
    const tensors = await initialOf(words);
    expect(tensors['masks.2']!.shape).toEqual([1, 3, 6, 1]);
    expect(tensors['side/side.text.positions']!.shape).toEqual([1, 9, 4]);
    const ids = tensors['input/input_ids']!;
    const mask = tensors['input/attention_mask']!;
    expect(ids.shape).toEqual([3, 6]);
    expect([...ids.data].map((id) => Number(id > 0))).toEqual([...mask.data]);
    const measured = await measure(words);
    expect(measured.values.at(-1)).toBeLessThan(measured.values[0]!);
  });

  it('reads images on a canvas and the words behind them', async () => {
    const both = shortOf(canvasShape);
    const tensors = await initialOf(both);
    expect(tensors['masks.2']!.shape).toEqual([1, 3, 15, 1]);
    expect(tensors['side/side.multimodal.positions']!.shape).toEqual([1, 18, 4]);
    expect(tensors['input/input_ids']!.shape).toEqual([3, 6]);
    expect(tensors['input/pixel_mask']!.shape).toEqual([3, 8, 16]);
    expect(tensors['input/pixel_values']!.shape).toEqual([3, 3, 8, 16]);
    const measured = await measure(both);
    expect(measured.values.at(-1)).toBeLessThan(measured.values[0]!);
  });

  it('says why it failed', async () => {
    const failure = measure({ ...job('head'), settings: { recompute: 'maybe' } });
    await expect(failure).rejects.toMatchObject({ code: 'BENCH_PROCESS' });
    await expect(failure).rejects.toThrow(/^exit code 1 \(.*child\.js\)\n[^]*recompute/u);
  });
});

describe('engineStatus', () => {
  it('of wasm is its description', async () => {
    const { available, reason, threads } = await engineStatus('wasm');
    expect([available, threads]).toEqual([true, 1]);
    expect(reason).toMatch(/^tfjs 4\.22\.0 on WebAssembly/u);
  });

  it('says how to get PyTorch where there is no Python', async () => {
    vi.stubEnv('MDPD_PYTHON', '/nowhere/python');
    const { available, reason } = await engineStatus('pytorch');
    expect(available).toBe(false);
    expect(reason).toMatch(
      /^\/nowhere\/python has no PyTorch \(spawn \/nowhere\/python ENOENT .*\); set MDPD_PYTHON to a Python that has torch$/u,
    );
  });

  it('says how to get PyTorch where Python does not have it', async () => {
    // A program that answers like a Python without torch.
    const program = ['/bin/echo', '/usr/bin/echo'].find((file) => existsSync(file));
    vi.stubEnv('MDPD_PYTHON', program ?? process.execPath);
    expect(await engineStatus('pytorch')).toMatchObject({ available: false });
  });
});
