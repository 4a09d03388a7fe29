/** Answers of the T5 oracles, compiled: the folders are written by tools/oracles/t5.py. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onnxruntimeExecutor } from '@mdpd/compile/onnxruntime-executor';
import type { BackboneProvider, Executor, HostRecord, JsonObject } from '@mdpd/core';
import { disposeRecord, uploadRecord } from '@mdpd/distill/engine/state';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { generate } from '@mdpd/tensor/generate';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadPlugins } from '../plugins.ts';

const root = fileURLToPath(new URL('../../../backbones/t5/src/oracles', import.meta.url));
const names = readdirSync(root).filter((name) => !/\.json$|classifier/.test(name));

let executor: Executor;
let provider: BackboneProvider;
beforeAll(async () => {
  const { registry } = await loadPlugins({ named: ['@mdpd/backbone-t5'] });
  provider = registry.backbones.get('t5');
  executor = await onnxruntimeExecutor.start({ threads: 1 });
});
afterAll(() => executor.stop());

it.each(names)('%s answers as transformers does, to the token', async (name) => {
  const folder = path.join(root, name);
  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as JsonObject;
  const backbone = provider.create(config);
  const specs = [...backbone.parameters, ...backbone.head('seq2seq', 1)!.parameters];
  const { parameters } = await loadParameters(folder, specs, provider.canonicalName, { otherHead: true });
  const { input_ids, attention_mask, generated } = await readSafetensors(
    path.join(folder, 'oracle.safetensors'),
  );
  const params = uploadRecord(executor, parameters);
  const input = uploadRecord(executor, { input_ids, attention_mask } as HostRecord);
  const before = executor.memory();
  const maxNewTokens = generated!.shape[1]!;
  const ids = await generate(executor, backbone.generation!, params, input, { maxNewTokens });
  expect([...ids.data]).toEqual([...generated!.data]);
  expect(executor.memory()).toEqual(before);
  disposeRecord(params);
  disposeRecord(input);
});
