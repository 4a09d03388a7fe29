/**
 * Opens the backbone that a recipe names: a model of a plugin (`zoo:tiny-vit`), one of the hub, a folder, or fresh
 * parameters.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  howToGet,
  MdpdError,
  type Backbone,
  type BackboneProvider,
  type BackboneReference,
  type ExitCode,
  type JsonObject,
  type Registry,
} from '@mdpd/core';
import { formatHubReference, isHubReference, parseHubReference } from '@mdpd/data/hub/hub-reference';
import type { HubOptions } from '@mdpd/data/hub/hub-snapshot';
import { readJson } from './files.ts';

export interface OpenedBackbone {
  /** For people and result.json: `zoo:tiny-vit`, `hub:org/name`, a folder, or `fresh vit`. */
  readonly name: string;
  readonly provider: BackboneProvider;
  readonly backbone: Backbone;
  /** Folder with its weights; undefined: fresh parameters. */
  readonly folder: string | undefined;
  /** Other JSON files beside config.json, by name; a file is read when its entry is. */
  readonly files: Readonly<Record<string, JsonObject>>;
  /** Of a model of the hub: the reference with its commit, which names the same model for ever. */
  readonly pinned?: string;
}

/** Where a part of a reference stands in the recipe, for messages: `locate(['config', 'hidden_size'])`. */
export type LocateInReference = (path: readonly string[]) => string;

/**
 * Opens a reference; weights are not read yet. The network is asked for models of the hub, and for nothing else.
 * Throws BACKBONE_NOT_FOUND, UNKNOWN_MODEL, UNKNOWN_BACKBONE, BACKBONE_UNSUPPORTED, BACKBONE_CONFIG, JSON_INVALID and
 * what `openHubModel` throws.
 */
export async function openBackbone(
  reference: BackboneReference,
  registry: Registry,
  directory: string,
  locate: LocateInReference,
  hub: HubOptions = {},
): Promise<OpenedBackbone> {
  if (typeof reference === 'string' && isHubReference(reference)) {
    return openFromHub(reference, registry, { place: locate([]), ...hub });
  }
  if (typeof reference === 'string') {
    return openFolder(findFolder(reference, registry, directory, locate([])), reference, registry);
  }
  const provider = registry.backbones.get(reference.family, locate(['family']));
  const config = { model_type: provider.modelTypes[0] ?? provider.name, ...reference.config } as JsonObject;
  const backbone = relocated(
    ({ message }) => locate(pathInConfig(config, message)),
    2,
    () => provider.create(config),
  );
  const files = reference.files as Record<string, JsonObject>;
  return { name: `fresh ${provider.name}`, provider, backbone, folder: undefined, files };
}

async function openFromHub(
  reference: string,
  registry: Registry,
  options: HubOptions,
): Promise<OpenedBackbone> {
  const { repository } = parseHubReference(reference, options.place);
  const { openHubModel } = await import('@mdpd/data/hub/open-hub-model');
  const { folder, reference: pinned } = await openHubModel(reference, options);
  return { ...openFolder(folder, formatHubReference({ repository }), registry), pinned };
}

/** A folder with config.json, as Hugging Face writes it. */
export function openFolder(folder: string, name: string, registry: Registry): OpenedBackbone {
  const configFile = path.join(folder, 'config.json');
  const config = readJson(configFile);
  const provider = providerOf(config, configFile, registry);
  const backbone = relocated(
    () => configFile,
    1,
    () => provider.create(config),
  );
  return { name, provider, backbone, folder, files: jsonFiles(folder) };
}

function findFolder(reference: string, registry: Registry, directory: string, place?: string): string {
  const { models } = registry;
  const prefix = reference.includes(':') ? reference.slice(0, reference.indexOf(':') + 1) : undefined;
  const named =
    models.names.includes(reference) || models.names.some((name) => prefix && name.startsWith(prefix));
  const folder = named ? models.get(reference, place).folder : path.resolve(directory, reference);
  // A run may be named for its model.
  for (const candidate of [folder, path.join(folder, 'model')]) {
    if (existsSync(path.join(candidate, 'config.json'))) return candidate;
  }
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  throw new MdpdError(
    'BACKBONE_NOT_FOUND',
    isFolder ? `the folder ${reference} has no config.json` : `there is no folder "${reference}"`,
    {
      place,
      allowed: `a folder with config.json and model.safetensors, hub:ORGANIZATION/NAME${models.names.map((name) => `, ${name}`).join('')}`,
      fix: howToGet('model', reference, models.names) ?? suggestHub(reference),
      exitCode: 2,
    },
  );
}

/** The name of a repository alone looks like a folder. */
function suggestHub(reference: string): string {
  return /^\w[\w.-]*\/[\w.-]+(@\S+)?$/.test(reference)
    ? `a model of the Hugging Face Hub is written hub:${reference}`
    : 'relative paths start in the folder where the command is run';
}

function providerOf(config: JsonObject, file: string, { backbones }: Registry): BackboneProvider {
  const type = config['model_type'];
  const found = backbones.values.find(
    ({ modelTypes }) => typeof type === 'string' && modelTypes.includes(type),
  );
  if (found) return found;
  const known = backbones.values.flatMap(({ modelTypes }) => modelTypes);
  throw new MdpdError(
    'BACKBONE_UNSUPPORTED',
    type === undefined ? 'model_type is missing' : `no backbone reads model_type ${JSON.stringify(type)}`,
    {
      place: file,
      allowed: known.length > 0 ? known : 'no backbone plugin is installed',
      fix: typeof type === 'string' ? howToGet('model type', type, known) : undefined,
      exitCode: 2,
    },
  );
}

/** Providers see only the content of config.json: their errors get the place that it came from. */
function relocated<T>(place: (error: MdpdError) => string, exitCode: ExitCode, create: () => T): T {
  try {
    return create();
  } catch (thrown) {
    if (!(thrown instanceof MdpdError)) throw thrown;
    const { code, message, allowed, fix } = thrown;
    throw new MdpdError(code, message, { place: place(thrown), allowed, fix, exitCode, cause: thrown });
  }
}

/** The key of a configuration in a recipe that a provider's message is about. */
function pathInConfig(config: JsonObject, message: string): string[] {
  const words = message.split(/[^\w]+/);
  const key = words.find((word) => Object.hasOwn(config, word));
  return key === undefined ? ['config'] : ['config', key];
}

/** JSON files of a folder by name, each read when it is looked at: most are never needed. */
function jsonFiles(folder: string): Readonly<Record<string, JsonObject>> {
  const files: Record<string, JsonObject> = {};
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json') || name === 'config.json' || name.endsWith('.index.json')) continue;
    Object.defineProperty(files, name, { enumerable: true, get: () => readJson(path.join(folder, name)) });
  }
  return files;
}
