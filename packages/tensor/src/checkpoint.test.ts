import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError, type HostRecord, type ParameterSpec, type Stage } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { loadParameters, type LoadOptions } from './checkpoint.ts';
import { hostTensor } from './host.ts';
import { writeSafetensors, type WriteOptions } from './safetensors-write.ts';

const root = mkdtempSync(path.join(tmpdir(), 'checkpoint-'));
afterAll(() => rmSync(root, { recursive: true }));

const single = (tensors: HostRecord, options?: WriteOptions): string => {
  const folder = mkdtempSync(path.join(root, 'model-'));
  writeSafetensors(path.join(folder, 'model.safetensors'), tensors, options);
  return folder;
};

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MdpdError)
      return formatError(error)
        .replaceAll(root, '')
        .replaceAll(/\/model-\w{6}/g, 'MODEL');
    throw error;
  }
  return 'no error';
}

const spec = (name: string, shape: number[], stage: Stage = 0): ParameterSpec => ({
  name,
  shape,
  kind: 'weight',
  stage,
});
const backbone = [spec('vit.a', [2]), spec('vit.b', [1, 2])];
const head = [spec('classifier.weight', [3, 2], 'head')];

const tensors = {
  'vit.b': hostTensor([3, 4], [1, 2]),
  'vit.a': hostTensor([1, 2], [2]),
  'classifier.weight': hostTensor([1, 2, 3, 4, 5, 6], [3, 2]),
};

const same = (name: string): string | null => (name.endsWith('position_ids') ? null : name);
const load = (
  folder: string,
  specs: readonly ParameterSpec[],
  options?: LoadOptions,
): ReturnType<typeof loadParameters> => loadParameters(folder, specs, same, options);

describe('loadParameters', () => {
  it('gives parameters in the order of the specs, as float32', async () => {
    for (const dtype of ['F32', 'F16', 'BF16'] as const) {
      const loaded = await load(single(tensors, { dtype }), [...backbone, ...head]);
      expect(Object.keys(loaded.parameters)).toEqual(['vit.a', 'vit.b', 'classifier.weight']);
      expect(loaded).toEqual({ parameters: tensors, missing: [], ignored: [] });
    }
    const folder = mkdtempSync(path.join(root, 'model-'));
    copyFileSync(
      new URL('./oracles/types.safetensors', import.meta.url),
      path.join(folder, 'model.safetensors'),
    );
    const names = ['f32', 'f16', 'bf16', 'i64', 'i32', 'i16', 'i8', 'u8', 'bool', 'scalar', 'empty'];
    const { parameters } = await load(folder, [spec('f64', [2])], { allowed: names });
    expect(parameters).toEqual({ f64: hostTensor([Math.fround(1 / 3), -2], [2]) });
  });

  it('renames and ignores as the backbone says', async () => {
    const folder = single({ A: tensors['vit.a'], b: tensors['vit.b'], old: hostTensor([1], [1]) });
    const canonical = (name: string): string | null => (name === 'old' ? null : `vit.${name.toLowerCase()}`);
    const loaded = await loadParameters(folder, backbone, canonical);
    expect(loaded.parameters).toEqual({ 'vit.a': tensors['vit.a'], 'vit.b': tensors['vit.b'] });
    expect(loaded.ignored).toEqual(['old']);
    const twice = single({ a: tensors['vit.a'], A: tensors['vit.a'], b: tensors['vit.b'] });
    expect(await failure(loadParameters(twice, backbone, canonical))).toBe(
      'error CHECKPOINT_AMBIGUOUS at MODEL\n  two tensors stand for vit.a: A and a',
    );
  });

  it('lets the head be missing, or belong to another task', async () => {
    const { 'classifier.weight': other, ...body } = tensors;
    const without = await load(single(body), [...backbone, ...head]);
    expect([Object.keys(without.parameters), without.missing]).toEqual([
      ['vit.a', 'vit.b'],
      ['classifier.weight'],
    ]);
    const bare = await load(single({ ...body, 'detector.bias': other }), backbone);
    expect([Object.keys(bare.parameters), bare.ignored]).toEqual([['vit.a', 'vit.b'], ['detector.bias']]);
  });

  it('takes a part of the head from the checkpoint of another task, where that is asked for', async () => {
    const pooler = spec('vit.pooler', [1], 'head');
    const folder = single({ ...tensors, 'vit.pooler': hostTensor([7], [1]) });
    const loaded = await load(folder, [...backbone, pooler], { otherHead: true });
    expect(Object.keys(loaded.parameters)).toEqual(['vit.a', 'vit.b', 'vit.pooler']);
    expect([loaded.missing, loaded.ignored]).toEqual([[], ['classifier.weight']]);
    const without = await load(single(tensors), [...backbone, pooler], { otherHead: true });
    expect(without.missing).toEqual(['vit.pooler']);
    expect(await failure(load(folder, [...backbone, pooler]))).toContain('classifier.weight');
    expect(await failure(load(folder, backbone, { otherHead: true }))).toContain('account for: vit.pooler');
    expect(await failure(load(folder, backbone, { otherHead: false }))).toContain('classifier.weight');
  });

  const fix = '\n  fix: check that config.json and the weights belong together';

  it('lists what is missing', async () => {
    const folder = single({ other: hostTensor([1], [1]) });
    expect(await failure(load(folder, [...backbone, ...head], { allowed: ['other'] }))).toBe(
      `error CHECKPOINT_MISSING at MODEL\n  the checkpoint lacks 2 tensors: vit.a, vit.b${fix}`,
    );
    const { parameters, missing } = await load(folder, backbone, { optional: ['vit.a', 'vit.b'] });
    expect([parameters, missing]).toEqual([{}, ['vit.a', 'vit.b']]);
    const many = Array.from({ length: 12 }, (_, i) => spec(`vit.${i}`, [1]));
    expect(await failure(load(folder, many))).toContain(
      'lacks 12 tensors: vit.0, vit.1, vit.2, vit.3, vit.4, vit.5, vit.6, vit.7, and 4 more',
    );
  });

  it('lists other shapes', async () => {
    const specs = [spec('vit.a', [3]), spec('vit.b', [2]), ...head];
    expect(await failure(load(single(tensors), specs))).toBe(
      'error CHECKPOINT_SHAPE at MODEL\n  tensors have other shapes than config.json says: ' +
        `vit.a is [2] instead of [3], vit.b is [1, 2] instead of [2]${fix}`,
    );
  });

  it('lists what nothing takes', async () => {
    const more = { ...tensors, 'vit.c': hostTensor([1], [1]), 'side.gate': hostTensor([1], [1]) };
    const message = 'tensors that config.json does not account for: ';
    expect(await failure(load(single(more), [...backbone, ...head]))).toBe(
      `error CHECKPOINT_UNEXPECTED at MODEL\n  the checkpoint holds 2 ${message}side.gate, vit.c${fix}`,
    );
    expect(await failure(load(single(more), backbone))).toContain(`holds 1 ${message}vit.c`);
    const allowed = await load(single(more), [...backbone, ...head], { allowed: ['vit.c', 'side.gate'] });
    expect(allowed.ignored).toEqual(['side.gate', 'vit.c']);
  });

  it('takes no integers for parameters', async () => {
    const folder = single({ 'vit.a': hostTensor([1, 2], [2], 'int32'), 'vit.b': tensors['vit.b'] });
    expect(await failure(load(folder, backbone))).toBe(
      'error CHECKPOINT_DTYPE at MODEL\n  vit.a has type I32\n  allowed: F64, F32, F16, BF16',
    );
  });
});
