import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatError, MdpdError, type HostRecord, type ParameterSpec } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { loadParameters } from './checkpoint.ts';
import { hostTensor } from './host.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { readSafetensors } from './safetensors.ts';
import { writeSafetensors } from './safetensors-write.ts';

const root = mkdtempSync(path.join(tmpdir(), 'open-checkpoint-'));
afterAll(() => rmSync(root, { recursive: true }));

const single = (tensors: HostRecord): string => {
  const folder = mkdtempSync(path.join(root, 'model-'));
  writeSafetensors(path.join(folder, 'model.safetensors'), tensors);
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

const tensors = {
  'vit.b': hostTensor([3, 4], [1, 2]),
  'vit.a': hostTensor([1, 2], [2]),
  'classifier.weight': hostTensor([1, 2, 3, 4, 5, 6], [3, 2]),
};

describe('openCheckpoint', () => {
  it('reads one file', async () => {
    const checkpoint = await openCheckpoint(single(tensors));
    expect([...checkpoint.names].sort()).toEqual(['classifier.weight', 'vit.a', 'vit.b']);
    expect(checkpoint.entry('vit.b')).toMatchObject({ dtype: 'F32', shape: [1, 2] });
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
    expect(await failure(openCheckpoint(folder))).toBe(
      'error CHECKPOINT_NOT_FOUND at MODEL\n  the folder has no weights\n' +
        '  allowed: model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json',
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
    [
      `{"weight_map":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      'the index says that "a" is in [[["…"]]]',
    ],
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

const oracle = (name: string): string => fileURLToPath(new URL(`./torch/oracles/${name}`, import.meta.url));

/** A copy of a folder of the oracles. */
function copied(name: string): string {
  const folder = mkdtempSync(path.join(root, 'model-'));
  cpSync(oracle(name), folder, { recursive: true });
  return folder;
}

async function readAll(folder: string): Promise<HostRecord> {
  const checkpoint = await openCheckpoint(folder);
  const read: HostRecord = {};
  for (const name of checkpoint.names) read[name] = await checkpoint.read(name);
  await checkpoint.close();
  return read;
}

describe('openCheckpoint, of what torch.save wrote', () => {
  it('reads one file, and tied tensors under each of their names', async () => {
    const read = await readAll(copied('bert'));
    expect(read).toEqual(await readSafetensors(oracle('bert/expected.safetensors')));
    expect(read['cls.predictions.decoder.weight']).toEqual(read['bert.embeddings.word_embeddings.weight']);
    expect(read['bert.embeddings.position_ids']).toEqual(hostTensor([0, 1, 2, 3, 4, 5], [1, 6], 'int32'));
  });

  it('reads shards', async () => {
    expect(await readAll(copied('bert-shards'))).toEqual(
      await readSafetensors(oracle('bert/expected.safetensors')),
    );
  });

  it('loads parameters of a backbone, and leaves the head of another task', async () => {
    const expected = await readSafetensors(oracle('bert/expected.safetensors'));
    const specs = Object.entries(expected)
      .filter(([name]) => name.startsWith('bert.') && !name.endsWith('position_ids'))
      .map(([name, { shape }]): ParameterSpec => ({ name, shape, kind: 'weight', stage: 0 }));
    const loaded = await loadParameters(copied('bert-shards'), specs, (name) =>
      name.endsWith('position_ids') ? null : name,
    );
    expect(Object.keys(loaded.parameters)).toEqual(specs.map(({ name }) => name));
    for (const { name } of specs) expect(loaded.parameters[name]).toEqual(expected[name]);
    expect(loaded.missing).toEqual([]);
    expect(loaded.ignored).toContain('cls.predictions.decoder.weight');
  });

  it('prefers safetensors', async () => {
    const folder = copied('bert');
    writeSafetensors(path.join(folder, 'model.safetensors'), { own: hostTensor([1], [1]) });
    expect(await readAll(folder)).toEqual({ own: hostTensor([1], [1]) });
    const shards = sharded({ 'x.safetensors': { own: hostTensor([2], [1]) } });
    copyFileSync(oracle('bert/pytorch_model.bin'), path.join(shards, 'pytorch_model.bin'));
    expect(await readAll(shards)).toEqual({ own: hostTensor([2], [1]) });
  });

  it('says what is wrong with shards', async () => {
    const lost = copied('bert-shards');
    rmSync(path.join(lost, 'pytorch_model-00002-of-00002.bin'));
    expect(await failure(openCheckpoint(lost))).toBe(
      'error CHECKPOINT_NOT_FOUND at MODEL/pytorch_model-00002-of-00002.bin\n  there is no such file',
    );
    const outside = copied('bert-shards');
    writeFileSync(path.join(outside, 'pytorch_model.bin.index.json'), '{"weight_map":{"a":"../x.bin"}}');
    expect(await failure(openCheckpoint(outside))).toBe(
      'error CHECKPOINT_INDEX at MODEL/pytorch_model.bin.index.json\n  the index says that "a" is in "../x.bin"\n' +
        '  allowed: the name of a .bin file in the same folder',
    );
  });

  it('runs nothing', async () => {
    const folder = mkdtempSync(path.join(root, 'model-'));
    copyFileSync(oracle('hostile/system.bin'), path.join(folder, 'pytorch_model.bin'));
    expect(await failure(openCheckpoint(folder))).toContain(
      'error CHECKPOINT_UNSAFE at MODEL/pytorch_model.bin\n  its pickle asks for "posix.system"',
    );
  });

  it('says that a file holds no tensor', async () => {
    const folder = mkdtempSync(path.join(root, 'model-'));
    copyFileSync(oracle('nothing.bin'), path.join(folder, 'pytorch_model.bin'));
    expect(await failure(openCheckpoint(folder))).toBe(
      'error CHECKPOINT_EMPTY at MODEL/pytorch_model.bin\n  the file holds no tensor',
    );
  });
});
