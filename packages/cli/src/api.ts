/**
 * mdpd for programs: what the commands `train`, `predict` and `evaluate` do, without a terminal. Nothing is printed, no
 * signal is listened to, and the process never ends. Every failure is an `MdpdError` with a code of docs/errors.md.
 */
import { MdpdError, type RecipeInput } from '@mdpd/core';
import type { TargetEvaluation } from './evaluate-target.ts';
import { internalError } from './internal-error.ts';
import type { LoadedModel, LoadOptions } from './loaded-model.ts';
import { loadedRecipe } from './program-recipe.ts';
import { splitNamed, type EvaluatedSplit } from './split-name.ts';
import type { TrainEvent } from './train-event.ts';
import { startTraining, type TrainingRun, type TrainOptions } from './training-run.ts';

export { defineRecipe, MdpdError, type Prediction, type RecipeInput } from '@mdpd/core';
export type { TargetEvaluation } from './evaluate-target.ts';
export type { LoadedModel, LoadOptions, PredictOptions } from './loaded-model.ts';
export type { Result } from '@mdpd/report/result';
export type { TrainEvent } from './train-event.ts';
export type { TrainingRun, TrainOptions } from './training-run.ts';

/** What `evaluate` may be told. */
export interface EvaluateOptions {
  /** Default: `test`. */
  readonly split?: EvaluatedSplit;
  /** Only the first examples. */
  readonly limit?: number;
  /** Recipe with the data, for a model without a run: an object, or the path of a file. */
  readonly recipe?: RecipeInput | string;
  /** Default: that of the run. */
  readonly executor?: string;
  /** Against it the folder, and paths of `recipe`, are resolved; default: the working directory. */
  readonly directory?: string;
  /** Stops between batches with INTERRUPTED. */
  readonly signal?: AbortSignal;
  /** Told what is worth knowing, and how far it is. */
  readonly onEvent?: (event: TrainEvent) => void;
}

/**
 * Starts a training: it writes the folder that `mdpd train` writes, and stops with INTERRUPTED as that does on Ctrl-C
 * when `signal` is aborted. Events come from the returned object itself, what comes of it from its `result`. One training
 * at a time: memory and time that it reports are those of the process.
 *
 * @param recipe - the recipe, or the path of its file
 *
 * @example
 * const run = train({ task: 'vtab', data: { train: 'mnist:train' }, … }, { out: 'runs/mine' });
 * for await (const event of run) if (event.type === 'step') console.log(event.step, event.loss);
 * const { metrics } = await run.result;
 */
export function train(recipe: RecipeInput | string, options: TrainOptions = {}): TrainingRun {
  return startTraining(recipe, options);
}

/**
 * Opens a saved model: the folder of a run, a model folder, or a model of a plugin. Several may be open at once; each has
 * a thread of its own until `dispose`.
 * @throws TARGET_NOT_FOUND, RUN_UNFINISHED and what opening a model throws
 */
export async function load(folder: string, options: LoadOptions = {}): Promise<LoadedModel> {
  const { executor = 'auto', threads, directory = process.cwd(), warn = () => {} } = options;
  const [{ Predictor }, { LoadedModel: Model }] = await Promise.all([
    import('./predictor.ts'),
    import('./loaded-model.ts'),
  ]);
  return inOurErrors(async () => {
    const opened = await Predictor.open(folder, { executor, runtime: { threads }, directory, warn });
    return new Model(opened);
  });
}

/**
 * Evaluates a run or a model on a split of its data.
 * @throws TARGET_NOT_FOUND, SPLIT_MISSING, RECIPE_NEEDED, INTERRUPTED and what opening model and data throws
 */
export async function evaluate(folder: string, options: EvaluateOptions = {}): Promise<TargetEvaluation> {
  const { limit, executor, directory = process.cwd(), signal, onEvent = () => {} } = options;
  const { evaluateTarget } = await import('./evaluate-target.ts');
  return inOurErrors(async () =>
    evaluateTarget({
      name: folder,
      recipe: options.recipe === undefined ? undefined : loadedRecipe(options.recipe, directory),
      overrides: [],
      split: splitNamed(options.split ?? 'test', 'split'),
      limit: countOf(limit),
      executor,
      directory,
      signal,
      listener: onEvent,
    }),
  );
}

function countOf(limit: number | undefined): number | undefined {
  if (limit === undefined || (Number.isSafeInteger(limit) && limit >= 1)) return limit;
  throw new MdpdError('OPTION_VALUE', `limit is ${limit}`, {
    allowed: 'a whole number of at least 1',
    exitCode: 2,
  });
}

async function inOurErrors<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    throw internalError(thrown);
  }
}
