/** Writes the model card of a run, once its result is known. */
import path from 'node:path';
import type { Head, Recipe, Registry, Shelf, Task } from '@mdpd/core';
import type { Result } from '@mdpd/report/result';
import type { OpenedBackbone } from './backbone-reference.ts';
import { licenseOf } from './card-license.ts';
import { controlRuns } from './control-runs.ts';
import { splitOf } from './evaluate-paths.ts';
import { writeWhole } from './files.ts';
import { modelCard } from './model-card.ts';
import type { RunFolder } from './run-folder.ts';

export interface CardJob {
  readonly task: Task;
  readonly run: RunFolder;
  readonly head: Head;
  readonly recipe: Recipe;
  /** recipe.yaml. */
  readonly recipeText: string;
  readonly registry: Registry;
  readonly opened: OpenedBackbone;
}

/** Writes README.md into the model of the run. Throws DISK_FULL or WRITE_FAILED. */
export function writeCard(job: CardJob, result: Result): void {
  const { task, run, head, recipe, recipeText, registry, opened } = job;
  const train = splitOf(task, 'train');
  const packages = [
    pluginOf(registry.tasks, task.name),
    pluginOf(registry.backbones, opened.provider.name),
  ].flatMap((name) => (name === undefined ? [] : [name]));
  const card = modelCard({
    result,
    architecture: head.architecture,
    labels: task.labels,
    kind: task.head.kind,
    data: { train: train.origin, trainExamples: train.size, test: splitOf(task, 'test').origin },
    recipe,
    recipeText,
    packages: [...new Set(packages)],
    license: licenseOf(opened.folder),
    others: controlRuns(run.folder, recipe),
  });
  writeWhole(path.join(run.file('model'), 'README.md'), card);
}

function pluginOf<T extends { readonly name: string }>(shelf: Shelf<T>, name: string): string | undefined {
  return shelf.entries.find(({ value }) => value.name === name)?.plugin;
}
