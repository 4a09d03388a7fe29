/** Evaluates a run or a model on a split: what `mdpd evaluate` and `evaluate` of a program both do. */
import type { LoadedRecipe, ModelPath, SplitName } from '@mdpd/core';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { evaluatePaths } from './evaluate-paths.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import { openRunnable } from './runnable.ts';
import { findTarget, pluginsFor } from './target.ts';
import { executorOf, recipeFor, runtimeOf } from './target-recipe.ts';
import { note, type Listener } from './train-event.ts';

export interface EvaluationRequest {
  /** Folder of a run or of a model, or a model of a plugin. */
  readonly name: string;
  /** Recipe with the data; undefined: that of the run. */
  readonly recipe: LoadedRecipe | undefined;
  /** What replaces settings of the run's recipe. */
  readonly overrides: readonly string[];
  readonly split: SplitName;
  /** Only the first examples. */
  readonly limit: number | undefined;
  /** Undefined: that of the run. */
  readonly executor: string | undefined;
  /** Against it the target, and paths of `recipe`, are resolved. */
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
  /** Told what is worth knowing, and how far it is. */
  readonly listener: Listener;
}

/** What `mdpd evaluate --json` prints. */
export interface TargetEvaluation {
  /** As it was named. */
  readonly target: string;
  readonly path: ModelPath;
  readonly split: SplitName;
  readonly examples: number;
  /** Name of the main metric. */
  readonly primary: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly executor: string;
  readonly seconds: number;
}

/** Throws what finding and opening the target throws, SPLIT_MISSING, and INTERRUPTED once the signal was aborted. */
export async function evaluateTarget(request: EvaluationRequest): Promise<TargetEvaluation> {
  const { name, split, limit, signal, listener } = request;
  const say = (message: string): void => listener(note(message));
  const { registry, problems } = await loadPlugins(pluginsFor(name, request.directory, request.recipe));
  describeProblems(problems).forEach(say);
  const target = findTarget(name, registry, request.directory);
  const { recipe, directory } = recipeFor(target, request, registry);
  const wanted = request.executor ?? executorOf(target, recipe);
  const { executor } = await startExecutor(wanted, registry.executors.values, say, runtimeOf(recipe));
  try {
    const warn = (message: string): void => say(`warning: ${message}`);
    const runnable = await openRunnable(target, { registry, recipe, directory, splits: [split], warn });
    const { task, path } = runnable;
    const primary = task.primaryMetric;
    const evaluations = await evaluatePaths([runnable], {
      executor,
      task,
      split,
      limit,
      batchSize: recipe.train.evaluateBatchSize,
      reporters: [{ name: 'listener', progress: listener }],
      step: target.run?.result.steps ?? 0,
      signal,
    });
    const { metrics, examples, seconds } = evaluations[path]!;
    return { target: target.name, path, split, examples, primary, metrics, executor: executor.name, seconds };
  } finally {
    await executor.stop();
  }
}
