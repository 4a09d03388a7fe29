/** Exports a model: traces it, writes its files, and compares them with the product's own forward pass. */
import { exportModel, type ExportedFile } from '@mdpd/compile/export/export-model';
import type { Executor, HeadKind, Registry } from '@mdpd/core';
import { runExported } from '@mdpd/distill/forward';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { addToCard } from './export-card.ts';
import { checkFile, forwardOutputs, type ExportedForward, type Reference } from './export-check.ts';
import { examplesFor, type Examples } from './export-examples.ts';
import { writeCompanions, writeModelFile, type ExportFolder } from './export-files.ts';
import type { ExportReport, FileReport } from './export-report.ts';
import { openModel, type OpenedModel } from './model-folder.ts';
import type { Progress } from './progress.ts';
import { recordFiles } from './record-files.ts';
import { runFiles } from './run-folder.ts';
import type { Target } from './target.ts';

export interface ExportRequest {
  readonly target: Target;
  readonly registry: Registry;
  /** Examples to compare on. */
  readonly limit: number;
  readonly int8: boolean;
  /** Executor to compare with. */
  readonly executor: string;
}

/** A file is written after it was compared. Throws what opening, exporting, comparing and writing throw. */
export async function exportTo(
  folder: ExportFolder,
  request: ExportRequest,
  progress: Progress,
): Promise<ExportReport> {
  const { target, registry, limit } = request;
  const warn = (message: string): void => progress.say(`warning: ${message}`);
  const model = await openModel(target.folder, target.name, registry);
  const { backbone } = model.opened;
  const forward: ExportedForward = (params, input) => runExported(backbone, model.head, params, input);
  const examples = await examplesFor(target, model, { registry, limit, warn });
  const { executor } = await startExecutor(request.executor, registry.executors.values, warn);
  const reference = await referenceOf(executor, forward, model, examples, progress);
  const exported = exportModel({
    forward,
    parameters: model.parameters,
    inputs: backbone.inputs,
  });
  const files: FileReport[] = [];
  for (const make of [exported.float, ...(request.int8 ? [exported.int8] : [])]) {
    files.push(await checkAndWrite(make(), folder, examples, reference, progress));
  }
  writeCompanions(folder);
  if (target.run && folder.isModel) {
    addToCard(folder, files);
    const written = [...files.map(({ path: file }) => file), 'README.md'];
    recordFiles(
      target.run.folder,
      written.map((file) => `${runFiles.model}/${file}`),
    );
  }
  const { count, origin } = examples;
  return {
    target: target.name,
    folder: folder.name,
    compared: {
      examples: count,
      origin,
      executor: executor.name,
      outputs: outputNames[model.kind] ?? 'logits',
    },
    files,
  };
}

/** Outputs of heads that are no logits. */
const outputNames: Readonly<Partial<Record<HeadKind, string>>> = {
  regression: 'scores',
  embeddings: 'unit vectors',
};

/** Heads whose outputs are no alternatives: coordinates, vectors, a score. */
const independent: readonly HeadKind[] = ['box', 'embeddings', 'regression'];

/** What the product computes for the examples. The executor is stopped. */
async function referenceOf(
  executor: Executor,
  forward: ExportedForward,
  { parameters, kind, outputs }: OpenedModel,
  { batches }: Examples,
  progress: Progress,
): Promise<Reference> {
  try {
    const report = counter(progress, `running on ${executor.name}`, batches.length);
    const computed = await forwardOutputs(executor, forward, parameters, batches, report);
    const compete = outputs > 1 && !independent.includes(kind);
    return { outputs: computed, classes: compete ? outputs : null };
  } finally {
    await executor.stop();
  }
}

async function checkAndWrite(
  { path, bytes, quantized }: ExportedFile,
  folder: ExportFolder,
  { batches }: Examples,
  reference: Reference,
  progress: Progress,
): Promise<FileReport> {
  const report = counter(progress, `checking ${path}`, batches.length);
  const exact = quantized.length === 0;
  const check = await checkFile({ path, bytes, batches, reference, exact, report });
  writeModelFile(folder, path, bytes);
  return { path, bytes: bytes.length, dtype: exact ? 'float32' : 'int8', ...check };
}

const counter =
  (progress: Progress, what: string, total: number) =>
  (done: number): void =>
    progress.progress?.({ type: 'progress', what, done, total });
