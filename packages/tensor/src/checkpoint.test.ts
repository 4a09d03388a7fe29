import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError, type HostRecord, type ParameterSpec, type Stage } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { loadParameters, openCheckpoint, type LoadOptions } from './checkpoint.ts';
import { hostTensor } from './host.ts';
import { writeSafetensors, type WriteOptions } from './safetensors.ts';

const root = mkdtempSync(path.join(tmpdir(), 'checkpoint-'));
afterAll(() => rmSync(root, { recursive: true }));

const single = (tensors: HostRecord, options?: WriteOptions): string => {
  const folder = mkdtempSync(path.join(root, 'model-'));
  writeSafetensors(path.join(folder, 'model.safetensors'), tensors, options);
  return folder;
};

function sharded(shards: Record<string, HostRecord>, index?: unknown): string {
  const folder = mkdtempSync(path.join(root, 'model-'));
  const map = Object.entries(shards).flatMap(([file, tensors]) =>
    Object.keys(tensors).map((name) => [name, file]),
  );
  for (const [file, tensors] of Object.entries(shards)) writeSafetensors(path.join(folder, file), tensors);
  const content = index ?? { metadata: { total_size: 1 }, weight_map: Object.fromEntries(map) };
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(path.join(folder, 'model.safetensors.index.json'), text);
  return folder;
}

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

describe('openCheckpoint', () => {
  it('reads one file', async () => {
    const checkpoint = await openCheckpoint(single(tensors));
    expect([...checkpoint.names].sort()).toEqual(['classifier.weight', 'vit.a', 'vit.b']);
    expect(checkpoint.entry('vit.b')).toEqual({ dtype: 'F32', shape: [1, 2], begin: 32, end: 40 });
    expect(await checkpoint.read('vit.a')).toEqual(tensors['vit.a']);
    expect(() => checkpoint.entry('vit.c')).toThrow('has no tensor vit.c');
    await checkpoint.close();
  });

  it('reads shards', async () => {
    const { 'vit.a': a, ...rest } = tensors;
    const folder = sharded({
      'model-00001-of-00002.safetensors': { 'vit.a': a },
      'model-00002-of-00002.safetensors': rest,
    });
    const checkpoint = await openCheckpoint(folder);
    expect(await checkpoint.read('vit.a')).toEqual(a);
    expect(await checkpoint.read('vit.b')).toEqual(tensors['vit.b']);
    await checkpoint.close();
  });

  it('names what is missing', async () => {
    const folder = mkdtempSync(path.join(root, 'model-'));
    const none =
      'error CHECKPOINT_NOT_FOUND at MODEL\n  the folder has no model.safetensors and no model.safetensors.index.json';
    expect(await failure(openCheckpoint(folder))).toBe(none);
    writeFileSync(path.join(folder, 'pytorch_model.bin'), '');
    expect(await failure(openCheckpoint(folder))).toBe(
      `${none}\n  fix: pytorch_model.bin is not read; save the model again with \`save_pretrained(…, safe_serialization=True)\``,
    );
    expect(await failure(openCheckpoint(single({})))).toBe(
      'error CHECKPOINT_EMPTY at MODEL/model.safetensors\n  the file holds no tensor',
    );
    const lost = sharded({}, { weight_map: { a: 'lost.safetensors' } });
    expect(await failure(openCheckpoint(lost))).toBe(
      'error SAFETENSORS_NOT_FOUND at MODEL/lost.safetensors\n  there is no such file',
    );
  });

  it.each([
    ['{', 'the index is not JSON: '],
    ['[]', 'the index has no weight_map'],
    ['null', 'the index has no weight_map'],
    ['{"weight_map":["a"]}', 'the index has no weight_map'],
    ['{"weight_map":{"a":7}}', 'the index says that "a" is in 7'],
    ['{"weight_map":{"a":"x.bin"}}', 'the index says that "a" is in "x.bin"'],
    ['{"weight_map":{"a":"../secret.safetensors"}}', 'the index says that "a" is in "../secret.safetensors"'],
    ['{"weight_map":{"a":"/etc/x.safetensors"}}', 'the index says that "a" is in "/etc/x.safetensors"'],
    ['{"weight_map":{"a":"..\\\\x.safetensors"}}', 'the index says that "a" is in "..\\\\x.safetensors"'],
    ['{"weight_map":{"a":"C:x.safetensors"}}', 'the index says that "a" is in "C:x.safetensors"'],
    ['{"weight_map":{"a":"sub/x.safetensors"}}', 'the index says that "a" is in "sub/x.safetensors"'],
    ['{"weight_map":{"b":"x.safetensors"}}', 'the index says that "b" is in x.safetensors, which lacks it'],
  ])('refuses the index %s', async (index, message) => {
    writeSafetensors(path.join(root, 'secret.safetensors'), { a: hostTensor([1], [1]) });
    const folder = sharded({ 'x.safetensors': { a: hostTensor([1], [1]) } }, index);
    const text = await failure(openCheckpoint(folder));
    expect(text).toContain('error CHECKPOINT_INDEX at MODEL/model.safetensors.index.json');
    expect(text).toContain(`  ${message}`);
  });

  it('says that the index cannot be read, or is too big', async () => {
    const folder = mkdtempSync(path.join(root, 'model-'));
    mkdirSync(path.join(folder, 'model.safetensors.index.json'));
    expect(await failure(openCheckpoint(folder))).toBe(
      'error CHECKPOINT_INDEX at MODEL/model.safetensors.index.json\n' +
        '  the index cannot be read: EISDIR: illegal operation on a directory, read',
    );
    const big = sharded({}, ' '.repeat(32_000_001));
    expect(await failure(openCheckpoint(big))).toBe(
      'error CHECKPOINT_INDEX at MODEL/model.safetensors.index.json\n' +
        '  the index has 32000001 bytes\n  allowed: at most 32000000',
    );
  });
});

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
