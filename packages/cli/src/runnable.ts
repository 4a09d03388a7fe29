/** A model that is ready to run: its weights in memory, its task open, its forward function. */
import {
  MdpdError,
  type HostRecord,
  type ModelPath,
  type Params,
  type Recipe,
  type Registry,
  type SplitName,
  type Task,
  type TaskContext,
} from '@mdpd/core';
import { runModel } from '@mdpd/distill/forward';
import type { AnsweringModel } from '@mdpd/distill/engine/outputs';
import { createRandom } from '@mdpd/tensor/random';
import { withAddedMetrics } from './added-metrics.ts';
import { openBackbone, type OpenedBackbone } from './backbone-reference.ts';
import { initialParameters, labelsOf } from './initial-parameters.ts';
import { openModel } from './model-folder.ts';
import { readJson } from './files.ts';
import { loadSide, sideModel } from './side-folder.ts';
import type { Target } from './target.ts';
import { headFor } from './task-head.ts';
import { smokeExamples } from './smoke.ts';
import path from 'node:path';

export interface Runnable extends AnsweringModel<Params> {
  readonly path: ModelPath;
  readonly task: Task;
  readonly parameters: HostRecord;
}

export interface OpenOptions {
  readonly registry: Registry;
  /** The recipe of the run or the one that the user names; undefined where a model is opened alone. */
  readonly recipe: Recipe | undefined;
  /** Whether the recipe's data is opened; `predict` needs none. Default: true. */
  readonly withData?: boolean;
  /** Against it the recipe's paths are resolved. */
  readonly directory: string;
  readonly splits: readonly SplitName[];
  warn(message: string): void;
}

/** Opens a target with its task. Throws what reading models and tasks throws, and TASK_UNKNOWN. */
export async function openRunnable(target: Target, options: OpenOptions): Promise<Runnable> {
  return target.kind === 'model' ? openFaded(target, options) : openSide(target, options);
}

async function openFaded(target: Target, options: OpenOptions): Promise<Runnable> {
  const model = await openModel(target.folder, target.name, options.registry);
  const { backbone } = model.opened;
  const name = options.recipe?.task ?? model.task ?? target.run?.result.task;
  const task = await openTask(name, model.opened, model.labels, target, options);
  return {
    path: 'faded',
    task,
    parameters: model.parameters,
    forward: (params, input) => runModel(backbone, model.head, params, input),
    generation: backbone.generation,
  };
}

/** The side network of a run, over the backbone that its recipe names. */
async function openSide(target: Target, options: OpenOptions): Promise<Runnable> {
  const { registry } = options;
  const { run } = target;
  const { recipe } = options;
  if (!run || !recipe) throw new Error('a side network is opened with its run and recipe');
  const opened = await openBackbone(recipe.backbone, registry, run.directory, () => run.recipeFile);
  const config = readJson(path.join(target.folder, 'config.json'));
  const task = await openTask(recipe.task, opened, labelsOf(config) ?? [], target, options);
  const head = headFor(opened.backbone, task);
  const seed = recipe.train.seed;
  const { parameters } = await initialParameters(opened, head, task.labels, seed);
  const provider = registry.methods.get(recipe.method.name);
  const { name: _name, ...settings } = recipe.method;
  const method = provider.create({
    backbone: opened.backbone,
    head,
    parameters: [...opened.backbone.parameters, ...head.parameters],
    task,
    settings,
    optimization: recipe.train,
    steps: run.result.steps,
    hasUnlabelled: (task.splits.unlabelled?.size ?? 0) > 0,
    seed,
  });
  const initial = method.initialize(parameters, createRandom(seed).fork('method'));
  const measured = provider.needsBoundary?.(settings) === true;
  const state = await loadSide(target.folder, initial, measured);
  return { path: 'side', task, parameters: state, ...sideModel(opened.backbone, method) };
}

/** What a task is told about the model whose inputs it prepares. */
export function backboneContext({
  backbone,
  folder,
  files,
}: OpenedBackbone): Pick<TaskContext, 'backbone' | 'inputs' | 'backboneFiles'> {
  const { family, config, inputs } = backbone;
  return { backbone: { family, config, folder }, inputs, backboneFiles: files };
}

/** The task of a model, with the splits that are asked for. */
export async function openTask(
  name: string | undefined,
  opened: OpenedBackbone,
  labels: readonly string[],
  target: Target,
  { registry, recipe, withData = true, directory, splits, warn }: OpenOptions,
): Promise<Task> {
  if (name === undefined) {
    throw new MdpdError('TASK_UNKNOWN', `${target.name} does not say which task it is for`, {
      place: path.join(target.folder, 'config.json'),
      fix: 'name a recipe of its task: --recipe FILE',
      exitCode: 2,
    });
  }
  const task = await registry.tasks.get(name, target.folder).open({
    data: withData ? recipe?.data : undefined,
    labels,
    ...backboneContext(opened),
    sources: registry.sources.values,
    textSources: registry.textSources.values,
    folderSources: registry.folderSources.values,
    directory,
    limit: recipe?.smoke ? smokeExamples : undefined,
    splits,
    warn,
  });
  return withAddedMetrics(task, registry, warn);
}
