/** The task of a training, with the splits that it needs. */
import type { Recipe, Registry, Task } from '@mdpd/core';
import { withAddedMetrics } from './added-metrics.ts';
import type { OpenedBackbone } from './backbone-reference.ts';
import { splitOf } from './evaluate-paths.ts';
import { backboneContext } from './runnable.ts';
import { smokeExamples } from './smoke.ts';

export interface TrainingTaskJob {
  readonly recipe: Recipe;
  /** As the user named it. */
  readonly recipeFile: string;
  readonly registry: Registry;
  readonly opened: OpenedBackbone;
  readonly directory: string;
}

/** Throws what the task finds wrong with its data, and SPLIT_MISSING. */
export async function openTrainingTask(
  { recipe, recipeFile, registry, opened, directory }: TrainingTaskJob,
  warn: (message: string) => void,
): Promise<Task> {
  const own = await registry.tasks.get(recipe.task).open({
    data: recipe.data,
    ...backboneContext(opened),
    sources: registry.sources.values,
    textSources: registry.textSources.values,
    folderSources: registry.folderSources.values,
    directory,
    limit: recipe.smoke ? smokeExamples : undefined,
    warn,
  });
  const task = withAddedMetrics(own, registry, warn);
  // Both are needed: nobody should train for an hour to hear that there is nothing to test on.
  splitOf(task, 'train', recipeFile);
  splitOf(task, 'test', recipeFile);
  return task;
}
