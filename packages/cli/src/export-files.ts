/** Where exported files go: into the model's folder, or with what Transformers.js reads beside them into another. */
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { MdpdError, systemCode, type Registry } from '@mdpd/core';
import { diskError, writeWhole } from './files.ts';
import type { Target } from './target.ts';

export interface ExportFolder {
  /** As the user would type it. */
  readonly name: string;
  readonly folder: string;
  /** Whether it is the folder of the model itself. */
  readonly isModel: boolean;
  /** The folder of the model. */
  readonly model: string;
}

/** What Transformers.js reads beside the ONNX files, as far as the model has it. */
const companions = [
  'config.json',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
  'spiece.model',
  'generation_config.json',
];

/**
 * Throws EXPORT_OUT for a model of a plugin without `--out` (other people's packages are left alone), and
 * OUT_NOT_A_FOLDER.
 */
export function exportFolder(target: Target, registry: Registry, out: string | undefined): ExportFolder {
  const { folder: model, name } = target;
  if (out !== undefined) {
    const folder = path.resolve(out);
    if (isFile(folder)) throw notAFolder(out);
    return { name: out, folder, isModel: folder === model, model };
  }
  if (registry.models.names.includes(name)) {
    throw new MdpdError('EXPORT_OUT', `${name} belongs to a package: its folder is not written to`, {
      fix: 'name a folder of your own: --out <folder>',
      exitCode: 2,
    });
  }
  return { name: path.relative(process.cwd(), model) || '.', folder: model, isModel: true, model };
}

/** Writes a file of the export, whole or not at all. Throws OUT_NOT_A_FOLDER, DISK_FULL or WRITE_FAILED. */
export function writeModelFile({ name, folder }: ExportFolder, file: string, bytes: Uint8Array): void {
  const place = path.join(folder, file);
  makeFolder(path.dirname(place), name);
  writeWhole(place, bytes);
}

/** Copies what Transformers.js needs into another folder. */
export function writeCompanions({ name, folder, model, isModel }: ExportFolder): void {
  if (isModel) return;
  makeFolder(folder, name);
  for (const file of companions.filter((each) => existsSync(path.join(model, each)))) {
    try {
      copyFileSync(path.join(model, file), path.join(folder, file));
    } catch (thrown) {
      throw diskError(thrown, path.join(name, file));
    }
  }
}

function makeFolder(folder: string, name: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code !== 'ENOTDIR' && code !== 'EEXIST') throw diskError(thrown, name);
    throw notAFolder(name);
  }
}

/** Whether this path is taken by a file, or leads through one. */
function isFile(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch (thrown) {
    return systemCode(thrown) === 'ENOTDIR';
  }
}

function notAFolder(name: string): MdpdError {
  return new MdpdError('OUT_NOT_A_FOLDER', `${name} cannot be a folder: it is a file, or leads through one`, {
    fix: 'choose another folder with --out',
    exitCode: 2,
  });
}
