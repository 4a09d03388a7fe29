/** The model for the browser: the ONNX file that the run has, or one that is made as `mdpd export` makes it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { MdpdError, type Registry } from '@mdpd/core';
import { openFolder } from '../backbone-reference.ts';
import { exportTo } from '../export-to.ts';
import { hashFile } from '../file-hash.ts';
import type { Progress } from '../progress.ts';
import { runFiles } from '../run-folder.ts';
import { savedHead } from '../saved-head.ts';
import type { Target } from '../target.ts';
import { headFor } from '../task-head.ts';

/** A file that a browser can run, or why there is none. */
export type BrowserModel =
  | {
      readonly file: string;
      readonly bytes: number;
      readonly sha256: string;
      /** By `mdpd export`, into the run. */
      readonly exported: boolean;
    }
  | { readonly why: string };

/** How the model is made. */
export interface BrowserModelOptions {
  readonly registry: Registry;
  /** Where it may be written. */
  readonly folder: string;
  readonly executor: string;
  readonly progress: Progress;
}

const onnxFile = 'onnx/model.onnx';
/** Random inputs that the file is compared on: one alone, two together. */
const examples = 3;

/** Throws what reading the model throws, DISK_FULL and WRITE_FAILED. */
export async function browserModel(target: Target, options: BrowserModelOptions): Promise<BrowserModel> {
  const why = whyNot(target, options.registry);
  if (why !== undefined) return { why };
  const found = exportedFile(target);
  if (found) return found;
  try {
    return await make(target, options);
  } catch (thrown) {
    // A backbone of a plugin may use what ONNX cannot say: the server runs it then.
    if (!(thrown instanceof MdpdError) || !/^(EXPORT|COMPILE|TRACE|ONNX)_/u.test(thrown.code)) throw thrown;
    return { why: `it cannot be written as ONNX (${thrown.message})` };
  }
}

/** Why no single graph gives what `predict` reads; undefined where one does. */
function whyNot({ kind, folder, name }: Target, registry: Registry): string | undefined {
  if (kind === 'side') return 'it keeps its side network, which is not exported';
  const { backbone } = openFolder(folder, name, registry);
  const described = savedHead(backbone);
  if (described === undefined) return undefined;
  if (described.kind === 'seq2seq' && backbone.generation) {
    return 'it answers in words, one token after the other, and the exported file takes whole answers';
  }
  const head = headFor(backbone, { name: 'unknown', head: described });
  return head.exported ? 'its exported file gives other outputs than predictions are read from' : undefined;
}

/** What `mdpd export` wrote into the run and nobody changed since. */
function exportedFile({ run, folder }: Target): BrowserModel | undefined {
  const recorded = run?.result.files?.[`${runFiles.model}/${onnxFile}`];
  const file = path.join(folder, onnxFile);
  if (!recorded || !existsSync(file)) return undefined;
  const hash = hashFile(file);
  return hash.sha256 === recorded.sha256 ? { file, ...hash, exported: true } : undefined;
}

async function make(
  target: Target,
  { registry, folder, executor, progress }: BrowserModelOptions,
): Promise<BrowserModel> {
  const out = path.join(folder, 'model');
  const place = { name: out, folder: out, isModel: false, model: target.folder };
  // Without its run the target's data is not opened: random inputs are compared.
  const request = { target: { ...target, run: undefined }, registry, limit: examples, int8: false, executor };
  await exportTo(place, request, progress);
  const file = path.join(out, onnxFile);
  return { file, ...hashFile(file), exported: false };
}
