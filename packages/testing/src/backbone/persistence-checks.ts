/** Checks of what a backbone's provider reads and writes: first values, names, configurations, saved models. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { formatError, MdpdError, type HostRecord, type JsonObject, type ParameterSpec } from '@mdpd/core';
import { runModel } from '@mdpd/distill/forward';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { sizeOf } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import { ensure, type Check } from '../check.ts';
import { differingNames, sameBytes } from '../differences.ts';
import { uploadAll } from '../model-under-test.ts';
import { tidily } from '../tidily.ts';
import { casesOf, type BackboneSubject, type Case } from './subject.ts';

function checkInitialize(subject: BackboneSubject): void {
  for (const { backbone, provider, title } of casesOf(subject)) {
    const draw = (seed: number): HostRecord => provider.initialize(backbone, createRandom(seed));
    const [first, same, other] = [draw(1), draw(1), draw(2)];
    ensureListed(backbone.parameters, first);
    for (const { name, shape } of backbone.parameters) {
      const { data, shape: actual, dtype } = first[name]!;
      ensure(actual.join() === shape.join(), `draws ${name} as [${actual.join(', ')}]`);
      ensure(data.length === sizeOf(shape), `draws ${data.length} values for ${name}`);
      ensure(dtype === 'float32', `draws ${name} as ${dtype}`);
      ensure(data.every(Number.isFinite), `draws values for ${name} that are not finite`);
    }
    ensure(differingNames(first, same).length === 0, `draws other values from the same seed; ${title}`);
    ensure(differingNames(first, other).length > 0, `draws the same values from another seed; ${title}`);
  }
}

function ensureListed(specs: readonly ParameterSpec[], record: HostRecord): void {
  const missing = specs.find(({ name }) => !(name in record));
  ensure(missing === undefined, `does not draw ${missing?.name}`);
  const unknown = Object.keys(record).find((name) => !specs.some((spec) => spec.name === name));
  ensure(unknown === undefined, `draws ${unknown}, which is not among the parameters`);
}

function checkCanonicalNames(subject: BackboneSubject): void {
  for (const { provider, specs } of casesOf(subject)) {
    for (const { name } of specs) {
      const canonical = provider.canonicalName(name);
      ensure(canonical === name, `its own name ${name} becomes ${canonical}`);
    }
  }
}

function savedConfig({ provider, backbone, head, labels }: Case): JsonObject {
  const config = provider.savedConfig(backbone, head, labels);
  const again = JSON.parse(JSON.stringify(config)) as JsonObject;
  ensure(isDeepStrictEqual(again, config), 'saves a configuration that JSON does not hold');
  return again;
}

function checkSavedConfig(subject: BackboneSubject): void {
  for (const one of casesOf(subject)) {
    const config = savedConfig(one);
    const { provider, backbone, head, kind, outputs, labels } = one;
    const type = config['model_type'];
    ensure(
      typeof type === 'string' && provider.modelTypes.includes(type),
      `saves model_type ${JSON.stringify(type)}, which it does not read`,
    );
    ensure(
      JSON.stringify(config['architectures']) === JSON.stringify([head.architecture]),
      `saves architectures ${JSON.stringify(config['architectures'])} instead of ["${head.architecture}"]`,
    );
    const names = Object.values((config['id2label'] ?? {}) as JsonObject);
    const isLabelled = labels.length === 0 || names.join() === labels.join();
    ensure(isLabelled, `saves the labels ${names.join(', ')}`);
    const list = (specs: readonly ParameterSpec[]): string => JSON.stringify(specs);
    const again = provider.create(config);
    ensure(list(again.parameters) === list(backbone.parameters), 'has other parameters after being saved');
    const headAgain = again.head(kind, outputs);
    ensure(
      headAgain !== undefined && list(headAgain.parameters) === list(head.parameters),
      'has another head after being saved',
    );
  }
}

/** Saves a model as a folder, reads it back and compares logits bit by bit. */
async function checkReload(subject: BackboneSubject): Promise<void> {
  for (const one of casesOf(subject)) {
    const folder = await mkdtemp(path.join(tmpdir(), 'mdpd-backbone-'));
    try {
      writeSafetensors(path.join(folder, 'model.safetensors'), one.parameters);
      const backbone = one.provider.create(savedConfig(one));
      const head = backbone.head(one.kind, one.outputs)!;
      const specs = [...backbone.parameters, ...head.parameters];
      const loaded = await loadParameters(folder, specs, (name) => one.provider.canonicalName(name));
      ensure(loaded.missing.length === 0, `does not find ${loaded.missing[0]} in a model of its own`);
      ensure(loaded.ignored.length === 0, `ignores ${loaded.ignored[0]} in a model of its own`);
      const logits = (model: Pick<Case, 'backbone' | 'head'>, parameters: HostRecord): Float32Array =>
        tidily(() =>
          runModel(model.backbone, model.head, uploadAll(parameters), uploadAll(one.input))
            .dataSync()
            .slice(),
        ) as Float32Array;
      ensure(
        sameBytes(logits(one, one.parameters), logits({ backbone, head }, loaded.parameters)),
        `gives other logits after being saved and read; ${one.title}`,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

function checkBroken({ provider, broken }: BackboneSubject): void {
  ensure(broken.length > 0, 'give at least one configuration that must be refused');
  for (const { config, text } of broken) {
    let said: string | undefined;
    try {
      provider.create(config);
    } catch (error) {
      if (!(error instanceof MdpdError)) throw error;
      said = formatError(error);
    }
    ensure(said !== undefined, `accepts ${JSON.stringify(config)}`);
    ensure(said === text, `says of ${JSON.stringify(config)}:\n${said}\ninstead of:\n${text}`);
    ensure(said.startsWith('error BACKBONE_CONFIG'), `refuses ${JSON.stringify(config)} with another code`);
  }
}

export const persistenceChecks: readonly Check<BackboneSubject>[] = [
  { name: 'draws first values by seed: every parameter, and nothing else', run: checkInitialize },
  { name: 'keeps its own names as they are', run: checkCanonicalNames },
  { name: 'saves a configuration that makes the same model', run: checkSavedConfig },
  { name: 'gives the same logits after being saved and read', run: checkReload },
  { name: 'refuses broken configurations with the text that was promised', run: checkBroken },
];
