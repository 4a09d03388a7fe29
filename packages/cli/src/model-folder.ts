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
  type Task,
} from '@mdpd/core';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import { openFolder, type OpenedBackbone } from './backbone-reference.ts';
import { diskError, syncFolder } from './files.ts';
import { labelsOf } from './initial-parameters.ts';
import { writeSavedFiles, type SavedFiles } from './saved-files.ts';
import { headConfig, savedHead } from './saved-head.ts';
import { headFor } from './task-head.ts';

export interface SavedModel {
  readonly provider: BackboneProvider;
  readonly backbone: Backbone;
  readonly head: Head;
  readonly labels: readonly string[];
  /** Exactly the tensors of backbone and head. */
  readonly parameters: HostRecord;
  /** Name of the task and its head, kept in config.json for `predict`. */
  readonly task: Pick<Task, 'name' | 'head'>;
  /** Further files by name. */
  readonly files: SavedFiles;
}

/**
 * Writes the folder beside its final place and renames it, so that a model is there whole or not at all.
 * Throws MODEL_TENSORS where the tensors are not exactly those of backbone and head, DISK_FULL or WRITE_FAILED.
 */
export function saveModel(folder: string, model: SavedModel): void {
  const { provider, backbone, head, labels, parameters } = model;
  checkTensors(model);
  const saved = provider.savedConfig(backbone, head, labels);
  const own = { ...backboneKeys(saved), task: model.task.name, ...headConfig(model.task.head) };
  const config = { ...saved, mdpd: own };
  writeFolder(folder, (unfinished) => {
    writeSavedFiles(unfinished, model.files, config);
    writeSafetensors(path.join(unfinished, 'model.safetensors'), parameters);
  });
}

/** Keys of our own that the backbone reads (the canvas of ViLT), without those that say of what was trained. */
function backboneKeys({ mdpd }: JsonObject): JsonObject {
  if (typeof mdpd !== 'object' || mdpd === null || Array.isArray(mdpd)) return {};
  return Object.fromEntries(Object.entries(mdpd).filter(([key]) => key !== 'task' && key !== 'head'));
}

/** Fills `folder.tmp-PID` and renames it. Nothing is left behind when that fails. */
export function writeFolder(folder: string, fill: (unfinished: string) => void): void {
  const unfinished = `${folder}.tmp-${process.pid}`;
  try {
    mkdirSync(unfinished);
    fill(unfinished);
    syncFolder(unfinished);
    renameSync(unfinished, folder);
    syncFolder(path.dirname(folder));
  } catch (thrown) {
    rmSync(unfinished, { recursive: true, force: true });
    throw diskError(thrown, folder);
  }
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
  readonly kind: HeadKind;
  /** C. */
  readonly outputs: number;
  /** Class names; none where the head is over a vocabulary. */
  readonly labels: readonly string[];
  readonly parameters: HostRecord;
  /** Name of its task, where config.json says it. */
  readonly task: string | undefined;
}

/**
 * Reads a saved model. Throws what opening a backbone throws, MODEL_WITHOUT_HEAD where config.json describes no head,
 * or the weights lack the head, and what `loadParameters` throws: nothing is ever filled with random numbers.
 */
export async function openModel(folder: string, name: string, registry: Registry): Promise<OpenedModel> {
  const opened = openFolder(folder, name, registry);
  const { config } = opened.backbone;
  const described = savedHead(opened.backbone);
  if (described === undefined) {
    throw new MdpdError(
      'MODEL_WITHOUT_HEAD',
      'config.json has no id2label: this is a backbone without a head',
      {
        place: path.join(folder, 'config.json'),
        fix: 'fine-tune it with `mdpd train` first',
      },
    );
  }
  const task = taskOf(config);
  const head = headFor(opened.backbone, { name: task ?? 'unknown', head: described });
  const specs = [...opened.backbone.parameters, ...head.parameters];
  const { parameters, missing } = await loadParameters(folder, specs, opened.provider.canonicalName);
  if (missing.length > 0) throw withoutHead(folder, `the weights have no ${missing.join(', ')}`);
  const labels = labelsOf(config) ?? [];
  return { opened, head, ...described, labels, parameters, task };
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
