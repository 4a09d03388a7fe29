/** The folder of a model as Hugging Face reads it: saved whole or not at all, and opened again. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import {
  type BackboneProvider,
  type Backbone,
  type Head,
  type HeadKind,
  type HostRecord,
  type JsonObject,
  MdpdError,
  type Registry,
} from '@mdpd/core';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { writeSafetensors } from '@mdpd/tensor/safetensors';
import { openFolder, type OpenedBackbone } from './backbone-reference.ts';
import { diskError, writeDurably } from './files.ts';
import { labelsOf } from './initial-parameters.ts';
import { headFor } from './task-head.ts';

export interface SavedModel {
  readonly provider: BackboneProvider;
  readonly backbone: Backbone;
  readonly head: Head;
  readonly labels: readonly string[];
  /** Exactly the tensors of backbone and head. */
  readonly parameters: HostRecord;
  /** Name of the task, kept in config.json for `predict`. */
  readonly task: string;
  /** Further JSON files by name. */
  readonly files: Readonly<Record<string, JsonObject>>;
}

/**
 * Writes the folder beside its final place and renames it, so that a model is there whole or not at all.
 * Throws MODEL_TENSORS where the tensors are not exactly those of backbone and head, DISK_FULL or WRITE_FAILED.
 */
export function saveModel(folder: string, model: SavedModel): void {
  const { provider, backbone, head, labels, parameters } = model;
  checkTensors(model);
  const config = { ...provider.savedConfig(backbone, head, labels), mdpd: { task: model.task } };
  const texts: Record<string, string> = {};
  for (const [name, content] of Object.entries({ ...model.files, 'config.json': config })) {
    texts[name] = `${JSON.stringify(content, undefined, 2)}\n`;
  }
  writeFolder(folder, (unfinished) => {
    for (const [name, text] of Object.entries(texts)) writeDurably(inside(unfinished, name), text);
    writeSafetensors(path.join(unfinished, 'model.safetensors'), parameters);
  });
}

/** Fills `folder.tmp-PID` and renames it. Nothing is left behind when that fails. */
export function writeFolder(folder: string, fill: (unfinished: string) => void): void {
  const unfinished = `${folder}.tmp-${process.pid}`;
  try {
    mkdirSync(unfinished);
    fill(unfinished);
    renameSync(unfinished, folder);
  } catch (thrown) {
    rmSync(unfinished, { recursive: true, force: true });
    throw diskError(thrown, folder);
  }
}

/** File names come from plugins: none leaves the folder. */
function inside(folder: string, name: string): string {
  if (name !== path.basename(name) || name === '..' || name === '.') {
    throw new MdpdError('MODEL_FILE_NAME', `a task wants to save a file named ${JSON.stringify(name)}`, {
      allowed: 'a name without folders',
    });
  }
  return path.join(folder, name);
}

function checkTensors({ backbone, head, parameters }: SavedModel): void {
  const wanted = new Map(
    [...backbone.parameters, ...head.parameters].map(({ name, shape }) => [name, shape]),
  );
  const missing = [...wanted.keys()].filter((name) => !(name in parameters));
  const extra = Object.keys(parameters).filter((name) => !wanted.has(name));
  const reshaped = Object.entries(parameters).filter(
    ([name, { shape }]) => String(wanted.get(name) ?? shape) !== String(shape),
  );
  const wrong = [...missing, ...extra, ...reshaped.map(([name]) => name)];
  if (wrong.length > 0) {
    throw new MdpdError(
      'MODEL_TENSORS',
      `the trained model is not backbone and head: ${wrong.slice(0, 5).join(', ')}`,
    );
  }
}

export interface OpenedModel {
  readonly opened: OpenedBackbone;
  readonly head: Head;
  readonly labels: readonly string[];
  readonly parameters: HostRecord;
  /** Name of its task, where config.json says it. */
  readonly task: string | undefined;
}

/**
 * Reads a saved model. Throws what opening a backbone throws, MODEL_WITHOUT_HEAD where config.json names no labels,
 * or the weights lack the head, and what `loadParameters` throws: nothing is ever filled with random numbers.
 */
export async function openModel(folder: string, name: string, registry: Registry): Promise<OpenedModel> {
  const opened = openFolder(folder, name, registry);
  const { config } = opened.backbone;
  const labels = labelsOf(config);
  if (labels === undefined) {
    throw new MdpdError(
      'MODEL_WITHOUT_HEAD',
      'config.json has no id2label: this is a backbone without a head',
      {
        place: path.join(folder, 'config.json'),
        fix: 'fine-tune it with `mdpd train` first',
      },
    );
  }
  const kind: HeadKind = config['problem_type'] === 'regression' ? 'regression' : 'classification';
  const task = taskOf(config);
  const head = headFor(opened.backbone, { name: task ?? 'unknown', head: { kind, outputs: labels.length } });
  const specs = [...opened.backbone.parameters, ...head.parameters];
  const { parameters, missing } = await loadParameters(folder, specs, opened.provider.canonicalName);
  if (missing.length > 0) throw withoutHead(folder, `the weights have no ${missing.join(', ')}`);
  return { opened, head, labels, parameters, task };
}

function withoutHead(place: string, reason: string): MdpdError {
  return new MdpdError('MODEL_WITHOUT_HEAD', `${reason}: this is a backbone without a head`, {
    place,
    fix: 'fine-tune it with `mdpd train` first',
  });
}

function taskOf(config: JsonObject): string | undefined {
  const own = config['mdpd'];
  const name = typeof own === 'object' && own !== null && !Array.isArray(own) ? own['task'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
