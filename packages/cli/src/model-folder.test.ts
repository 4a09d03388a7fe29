import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatError, MdpdError, type HostRecord, type JsonObject, type Registry } from '@mdpd/core';
import { openBackbone, openFolder, type OpenedBackbone } from './backbone-reference.ts';
import { initialParameters } from './initial-parameters.ts';
import { openModel, saveModel, type SavedModel } from './model-folder.ts';
import { loadPlugins } from './plugins.ts';
import { headFor } from './task-head.ts';

const config: JsonObject = {
  hidden_size: 16,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 32,
  image_size: 8,
  patch_size: 4,
  num_channels: 1,
};
const labels = ['ant', 'bee', 'cat'];

let registry: Registry;
let opened: OpenedBackbone;
let folder: string;

beforeAll(async () => {
  ({ registry } = await loadPlugins({ named: ['@mdpd/backbone-vit'] }));
  const locate = (at: readonly string[]): string => ['recipe.yaml', ...at].join(' ');
  opened = await openBackbone({ family: 'vit', config, files: {} }, registry, '/', locate);
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mdpd-model-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const headOf = (outputs: number) =>
  headFor(opened.backbone, { name: 'test', head: { kind: 'classification', outputs } });

async function model(changes: Partial<SavedModel> = {}): Promise<SavedModel> {
  const head = headOf(3);
  const { parameters } = await initialParameters(opened, head, labels, 7);
  const files = { 'preprocessor_config.json': { size: 8 } };
  const { provider, backbone } = opened;
  const task = { name: 'vtab', head: { kind: 'classification' as const, outputs: 3 } };
  return { provider, backbone, head, labels, parameters, task, files, ...changes };
}

async function failure(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (thrown) {
    if (thrown instanceof MdpdError) return formatError(thrown).replaceAll(folder, 'FOLDER');
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

const at = (...names: string[]): string => path.join(folder, ...names);
const dataOf = (record: HostRecord): Record<string, number[]> =>
  Object.fromEntries(Object.entries(record).map(([name, { data }]) => [name, [...data]]));

describe('saveModel', () => {
  it('gives back exactly what it was given', async () => {
    const saved = await model();
    saveModel(at('model'), saved);
    expect(readdirSync(folder)).toEqual(['model']);
    expect(readdirSync(at('model')).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
    ]);
    const found = await openModel(at('model'), 'model', registry);
    expect(dataOf(found.parameters)).toEqual(dataOf(saved.parameters));
    expect([found.labels, found.task, found.opened.files['preprocessor_config.json']]).toEqual([
      labels,
      'vtab',
      { size: 8 },
    ]);
  });

  it('keeps keys of our own that the backbone reads, but not what the base model was trained for', async () => {
    const saved = await model();
    const mdpd = { canvas: [8, 16], task: 'glue', head: { kind: 'vqa', outputs: 9 } };
    const backbone = { ...saved.backbone, config: { ...saved.backbone.config, mdpd } };
    saveModel(at('model'), { ...saved, backbone });
    const { mdpd: kept } = JSON.parse(readFileSync(at('model', 'config.json'), 'utf8')) as JsonObject;
    expect(kept).toEqual({ canvas: [8, 16], task: 'vtab' });
  });

  it('writes the same bytes for the same model', async () => {
    for (const name of ['a', 'b']) saveModel(at(name), await model());
    for (const file of readdirSync(at('a'))) {
      expect(readFileSync(at('a', file)).equals(readFileSync(at('b', file))), file).toBe(true);
    }
  });

  it('refuses tensors that are not backbone and head', async () => {
    const { parameters } = await model();
    const extra = { data: new Float32Array(1), shape: [1], dtype: 'float32' } as const;
    const { 'classifier.bias': bias, ...rest } = parameters;
    const reshaped = { ...bias!, shape: [1, 3] };
    for (const wrong of [
      { ...parameters, 'side.gate': extra },
      rest,
      { ...rest, 'classifier.bias': reshaped },
    ]) {
      const saved = await model({ parameters: wrong });
      expect(await failure(() => saveModel(at('model'), saved))).toMatch(
        /^error MODEL_TENSORS\n {2}the trained model is not backbone and head: (side.gate|classifier.bias)$/,
      );
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('lets no file leave the folder, and leaves nothing behind', async () => {
    for (const name of ['../outside.json', 'deep/file.json', '..']) {
      const saved = await model({ files: { [name]: {} } });
      expect(await failure(() => saveModel(at('model'), saved))).toContain('error MODEL_FILE_NAME');
    }
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(path.join(path.dirname(folder), 'outside.json'))).toBe(false);
  });
});

describe('initialParameters', () => {
  it('depends on the seed alone', async () => {
    const [one, same, other] = [7, 7, 8].map(async (seed) =>
      initialParameters(opened, headOf(3), labels, seed),
    );
    expect(dataOf((await one!).parameters)).toEqual(dataOf((await same!).parameters));
    expect(dataOf((await one!).parameters)).not.toEqual(dataOf((await other!).parameters));
  });

  it('takes the head of the checkpoint only where its classes are the task’s', async () => {
    const saved = await model();
    saveModel(at('model'), saved);
    const checkpoint = openFolder(at('model'), 'model', registry);
    const start = async (names: string[]) => initialParameters(checkpoint, headOf(names.length), names, 99);
    const same = await start(labels);
    expect([same.headLoaded, dataOf(same.parameters)]).toEqual([true, dataOf(saved.parameters)]);
    for (const names of [
      ['bee', 'ant', 'cat'],
      ['ant', 'bee'],
      ['x', 'y', 'z'],
    ]) {
      const { headLoaded, parameters } = await start(names);
      expect(headLoaded).toBe(false);
      expect(parameters['classifier.weight']!.shape).toEqual([names.length, 16]);
      expect([...parameters['classifier.bias']!.data]).toEqual(names.map(() => 0));
      expect(Math.max(...parameters['classifier.weight']!.data.map(Math.abs))).toBeLessThanOrEqual(0.04);
      expect([...parameters['vit.layernorm.bias']!.data]).toEqual([
        ...saved.parameters['vit.layernorm.bias']!.data,
      ]);
    }
  });
});

describe('openFolder', () => {
  it('reads other JSON files only when they are looked at', async () => {
    saveModel(at('model'), await model());
    writeFileSync(at('model', 'broken.json'), '{');
    const { files } = openFolder(at('model'), 'model', registry);
    expect(Object.keys(files).sort()).toEqual(['broken.json', 'preprocessor_config.json']);
    expect(await failure(() => files['broken.json'])).toMatch(
      /^error JSON_INVALID at FOLDER\/model\/broken.json(:1:2)?\n/,
    );
  });
});

describe('openBackbone', () => {
  const open = (reference: Parameters<typeof openBackbone>[0]) =>
    failure(() => openBackbone(reference, registry, folder, (where) => ['backbone', ...where].join('.')));

  it('names the key of a configuration that is wrong', async () => {
    expect(await open({ family: 'vit', config: { ...config, patch_size: 3 }, files: {} })).toBe(
      'error BACKBONE_CONFIG at backbone.config.image_size\n  image_size 8 (height) is not divisible by patch_size 3\n' +
        '  allowed: a multiple of 3, such as 6 or 9',
    );
  });

  it('says what it looked for', async () => {
    expect(await open('./nothing')).toMatch(
      /^error BACKBONE_NOT_FOUND at backbone\n {2}there is no folder ".\/nothing"\n/,
    );
    expect(await open('.')).toMatch(
      /^error BACKBONE_NOT_FOUND at backbone\n {2}the folder . has no config.json\n/,
    );
    expect(await open('zoo:tinyvit')).toMatch(
      /^error UNKNOWN_MODEL at backbone\n {2}there is no model "zoo:tinyvit"\n {2}allowed: zoo:tiny-vit, zoo:tiny-bert, zoo:tiny-vilt, zoo:tiny-clip\n {2}fix: did you mean "zoo:tiny-vit"\?$/,
    );
  });

  it('takes the model of a run', async () => {
    saveModel(at('model'), await model());
    const found = await openBackbone('.', registry, folder, () => 'backbone');
    expect([found.folder, found.name]).toEqual([at('model'), '.']);
  });
});
