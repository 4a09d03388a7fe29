/** A training that a program has started. */
import type { RecipeInput } from '@mdpd/core';
import path from 'node:path';
import { EventStream } from './event-stream.ts';
import { internalError } from './internal-error.ts';
import { loadedRecipe } from './program-recipe.ts';
import type { Result } from '@mdpd/report/result';
import { defaultRunFolder } from './run-folder.ts';
import type { TrainEvent } from './train-event.ts';
import { runTraining } from './train-flow.ts';

/** Where and how long a training runs, and what stops it. */
export interface TrainOptions {
  /** Folder of the run, new or empty unless a run goes on; default `runs/<name>/<time>`. */
  readonly out?: string;
  /**
   * Goes on with the run in `out`, where there is one, and gives the result of one that is finished at once; `force`:
   * with another recipe too, where that is sound.
   */
  readonly resume?: boolean | 'force';
  /** Name of the recipe in result.json; default: the file's without its ending, else the task's. */
  readonly name?: string;
  /** A few examples and steps, to see that everything runs. */
  readonly smoke?: boolean;
  /** Against it paths in the recipe, and `out`, are resolved; default: the working directory. */
  readonly directory?: string;
  /** Stops the training after the step that it is at, whose state is kept; it then fails with INTERRUPTED. */
  readonly signal?: AbortSignal;
}

/**
 * What happens, event by event, and what comes of it. A reader gets the events from the moment on at which it begins to
 * read: the first one is not missed where `for await` follows at once. Leaving the loop does not stop the training.
 */
export interface TrainingRun extends AsyncIterable<TrainEvent> {
  /** Absolute path of the run's folder. */
  readonly folder: string;
  /** What result.json holds. Rejects with an MdpdError. */
  readonly result: Promise<Result>;
}

/** See `train` of api.ts. */
export function startTraining(recipe: RecipeInput | string, options: TrainOptions): TrainingRun {
  const { directory = process.cwd(), signal = new AbortController().signal } = options;
  const name = options.name ?? nameOf(recipe);
  const folder = path.resolve(directory, options.out ?? defaultRunFolder(name, new Date(), directory));
  const stream = new EventStream<TrainEvent>();
  const begunAt = process.uptime();
  const run = async (): Promise<Result> => {
    // The caller's turn ends first: what it reads from now on begins with the first event.
    await Promise.resolve();
    const loaded = loadedRecipe(recipe, directory, options);
    const { result } = await runTraining({
      loaded,
      recipeFile: name,
      out: folder,
      resume: options.resume ?? false,
      again: `train(…, { out: ${JSON.stringify(folder)}, resume: true })`,
      directory,
      heading: `train() of @mdpd/cli, ${name}`,
      begunAt,
      signal,
      listener: (event) => stream.push(event),
    });
    return result;
  };
  const result = run().catch((thrown: unknown): never => {
    throw internalError(thrown);
  });
  result.then(
    () => stream.end(),
    (error: unknown) => stream.fail(error),
  );
  return { folder, result, [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() };
}

function nameOf(recipe: RecipeInput | string): string {
  if (typeof recipe === 'string') return recipe;
  const task: unknown = (recipe as Partial<RecipeInput> | undefined)?.task;
  return typeof task === 'string' && /^[\w-]+$/.test(task) ? task : 'recipe';
}
