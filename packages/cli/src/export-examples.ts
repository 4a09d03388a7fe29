/** What exported files are compared on: examples of the run's test split, else random inputs. */
import { MdpdError, resolveRecipe, type HostRecord, type HostTensor, type Registry } from '@mdpd/core';
import { createRandom, type Random } from '@mdpd/tensor/random';
import type { OpenedModel } from './model-folder.ts';
import { openTask } from './runnable.ts';
import { recipeOf, type Target } from './target.ts';

export interface Examples {
  /** Inputs: the first batch has one example, the others have several. */
  readonly batches: readonly HostRecord[];
  readonly count: number;
  /** For people: `mnist:test`. */
  readonly origin: string;
}

export interface ExampleOptions {
  readonly registry: Registry;
  readonly limit: number;
  warn(message: string): void;
}

/** Examples of every batch but the first. */
const batchSize = 25;

/** The first examples of the test split, or random inputs where there is no run or its data cannot be read. */
export async function examplesFor(
  target: Target,
  model: OpenedModel,
  options: ExampleOptions,
): Promise<Examples> {
  try {
    return (await testExamples(target, model, options)) ?? randomExamples(model, options.limit);
  } catch (thrown) {
    if (!(thrown instanceof MdpdError)) throw thrown;
    options.warn(`the data of the run cannot be read (${thrown.message}): random inputs are compared`);
    return randomExamples(model, options.limit);
  }
}

async function testExamples(
  { run, folder, name, kind }: Target,
  model: OpenedModel,
  { registry, limit, warn }: ExampleOptions,
): Promise<Examples | undefined> {
  if (!run) return undefined;
  const recipe = resolveRecipe(recipeOf(run), registry);
  const open = { registry, recipe, directory: run.directory, splits: ['test' as const], warn };
  const target = { run, folder, name, kind };
  const task = await openTask(recipe.task, model.opened, model.labels, target, open);
  const { test } = task.splits;
  if (!test || test.size === 0) return undefined;
  const batches: HostRecord[] = [];
  for (const indices of batchesOf(Math.min(limit, test.size))) {
    batches.push((await test.load(indices, { augment: false, seed: 0, epoch: 0 })).input);
  }
  return { batches, count: Math.min(limit, test.size), origin: test.origin };
}

/** Normal numbers; ones where whole numbers are wanted, which are in every vocabulary and leave nothing out. */
function randomExamples({ opened }: OpenedModel, limit: number): Examples {
  const random = createRandom(0, 'export');
  const batches = batchesOf(limit).map((indices) =>
    Object.fromEntries(
      Object.entries(opened.backbone.inputs).map(([name, { shape, dtype }]) => [
        name,
        randomInput([indices.length, ...shape], dtype, random),
      ]),
    ),
  );
  return { batches, count: limit, origin: 'random inputs' };
}

function randomInput(shape: readonly number[], dtype: HostTensor['dtype'], random: Random): HostTensor {
  const length = shape.reduce((size, each) => size * each, 1);
  if (dtype === 'float32') {
    return { data: Float32Array.from({ length }, () => random.normal()), shape, dtype };
  }
  return {
    data: (dtype === 'int32' ? new Int32Array(length) : new Uint8Array(length)).fill(1),
    shape,
    dtype,
  };
}

/** 0 | 1 … 25 | 26 … 50 | … */
function batchesOf(count: number): number[][] {
  const all = Array.from({ length: count }, (_, index) => index);
  const batches = [all.slice(0, 1)];
  for (let start = 1; start < count; start += batchSize) batches.push(all.slice(start, start + batchSize));
  return batches;
}
