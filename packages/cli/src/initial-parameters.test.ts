import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  formatError,
  MdpdError,
  type HeadKind,
  type HostRecord,
  type JsonObject,
  type Registry,
} from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import { openFolder, type OpenedBackbone } from './backbone-reference.ts';
import { initialParameters } from './initial-parameters.ts';
import { loadPlugins } from './plugins.ts';

const config: JsonObject = {
  model_type: 'bert',
  vocab_size: 11,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 6,
};
const pooler = ['bert.pooler.dense.weight', 'bert.pooler.dense.bias'];

let registry: Registry;
let root: string;
beforeAll(async () => {
  ({ registry } = await loadPlugins({ named: ['@mdpd/backbone-bert'] }));
});
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'mdpd-initial-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Numbers that are found again: those of a generator named after the tensor. */
function drawn(name: string, shape: readonly number[]): HostRecord[string] {
  const random = createRandom(5, name);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
  return { data, shape, dtype: 'float32' };
}

/** A checkpoint of the backbone with these heads, without `left`, and with `more`. */
function checkpoint(
  heads: readonly (readonly [HeadKind, number])[],
  { left = [], more = {}, labels }: { left?: string[]; more?: HostRecord; labels?: string[] } = {},
): OpenedBackbone {
  const folder = mkdtempSync(path.join(root, 'model-'));
  const backbone = registry.backbones.get('bert').create(config);
  const specs = [backbone, ...heads.map(([kind, outputs]) => backbone.head(kind, outputs)!)];
  const tensors = Object.fromEntries(
    specs
      .flatMap(({ parameters }) => parameters)
      .filter(({ name }) => !left.includes(name))
      .map(({ name, shape }) => [name, drawn(name, shape)]),
  );
  const named = labels && { id2label: Object.fromEntries(labels.map((label, at) => [String(at), label])) };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ ...config, ...named }));
  writeSafetensors(path.join(folder, 'model.safetensors'), { ...tensors, ...more });
  return openFolder(folder, 'model', registry);
}

interface Started {
  readonly headLoaded: boolean;
  /** Names of the head's parameters that the checkpoint gave. */
  readonly kept: string[];
  readonly names: string[];
}

async function start(
  opened: OpenedBackbone,
  kind: HeadKind,
  labels: string[],
  outputs = 2,
): Promise<Started> {
  const head = opened.backbone.head(kind, outputs)!;
  const { parameters, headLoaded } = await initialParameters(opened, head, labels, 3);
  const isKept = (name: string): boolean => {
    const { data, shape } = parameters[name]!;
    return data.every((value, at) => value === drawn(name, shape).data[at]);
  };
  for (const { name } of opened.backbone.parameters) expect(isKept(name), name).toBe(true);
  return {
    headLoaded,
    kept: head.parameters.map(({ name }) => name).filter(isKept),
    names: Object.keys(parameters),
  };
}

describe('initialParameters of a head that is partly pretrained', () => {
  it('keeps the pooler of a model without a classifier', async () => {
    const opened = checkpoint([['classification', 3]], { left: ['classifier.weight', 'classifier.bias'] });
    const { headLoaded, kept, names } = await start(opened, 'classification', ['no', 'yes']);
    expect([headLoaded, kept]).toEqual([false, pooler]);
    const { backbone } = opened;
    const all = [backbone, backbone.head('classification', 2)!].flatMap(({ parameters }) => parameters);
    expect(names).toEqual(all.map(({ name }) => name));
  });

  it('keeps the pooler, not the classifier, of a model with other labels', async () => {
    const opened = checkpoint([['classification', 3]], { labels: ['a', 'b', 'c'] });
    expect(await start(opened, 'classification', ['no', 'yes'])).toMatchObject({
      headLoaded: false,
      kept: pooler,
    });
  });

  it('keeps all of a model with the same labels', async () => {
    const opened = checkpoint([['classification', 2]], { labels: ['no', 'yes'] });
    const { headLoaded, kept } = await start(opened, 'classification', ['no', 'yes']);
    expect([headLoaded, kept]).toEqual([true, [...pooler, 'classifier.weight', 'classifier.bias']]);
  });

  it('takes a classifier whole or not at all', async () => {
    const opened = checkpoint([['classification', 2]], { labels: ['no', 'yes'], left: ['classifier.bias'] });
    expect(await start(opened, 'classification', ['no', 'yes'])).toMatchObject({
      headLoaded: false,
      kept: pooler,
    });
  });

  it('starts with a fresh pooler where the model has none, without touching what is there', async () => {
    const opened = checkpoint([['maskedLm', 11]]);
    expect(await start(opened, 'classification', ['no', 'yes'])).toMatchObject({
      headLoaded: false,
      kept: [],
    });
    const head = opened.backbone.head('classification', 2)!;
    const { parameters } = await initialParameters(opened, head, ['no', 'yes'], 3);
    const { data, shape } = parameters['bert.pooler.dense.weight']!;
    expect(shape).toEqual([8, 8]);
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(0.04);
    expect(new Set(data).size).toBe(64);
  });

  it('keeps the head over words, which has no labels, beside a pooler that it does not read', async () => {
    const more = { 'cls.seq_relationship.weight': drawn('x', [2, 8]), 'qa_outputs.bias': drawn('y', [2]) };
    const opened = checkpoint(
      [
        ['classification', 3],
        ['maskedLm', 11],
      ],
      { more },
    );
    const { headLoaded, kept } = await start(opened, 'maskedLm', [], 11);
    expect(headLoaded).toBe(true);
    expect(kept).toEqual(opened.backbone.head('maskedLm', 11)!.parameters.map(({ name }) => name));
  });

  it('still refuses what belongs to the backbone and is not known', async () => {
    const opened = checkpoint([['classification', 3]], { more: { 'bert.adapter.weight': drawn('x', [2]) } });
    const refused = await start(opened, 'classification', ['no', 'yes']).catch((error: unknown) =>
      error instanceof MdpdError ? formatError(error).replaceAll(/\/\S*model-\w+/g, 'FOLDER') : String(error),
    );
    expect(refused).toBe(
      'error CHECKPOINT_UNEXPECTED at FOLDER\n' +
        '  the checkpoint holds 1 tensors that config.json does not account for: bert.adapter.weight\n' +
        '  fix: check that config.json and the weights belong together',
    );
  });
});
