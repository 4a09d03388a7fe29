/** Opens the task: reads preprocessing and splits, checks their classes, decodes the images ahead. */
import {
  MdpdError,
  type Dataset,
  type SplitName,
  type Task,
  type TaskContext,
  type TaskProvider,
} from '@mdpd/core';
import type { MemoryBudget } from '@mdpd/data/byte-store';
import type { DecodeOptions } from '@mdpd/data/image-decode';
import { ImageDataset } from '@mdpd/data/image-dataset';
import { limitImages } from '@mdpd/data/image-sets';
import type { OpenedSplit } from '@mdpd/data/open-split';
import { readPreprocessing, type Preprocessing } from '@mdpd/data/preprocessor-config';
import { isForeign, relabeler, trainingLabels } from './class-labels.ts';
import { dataSchema, type VtabData } from './data-schema.ts';
import { planSplits, type SplitContext, type SplitPlan } from './image-splits.ts';
import { aggregateVtab } from './vtab-means.ts';
import { createVtabTask } from './vtab-task.ts';

function decodeOptions({ resize }: Preprocessing): DecodeOptions {
  if (!('shortestEdge' in resize)) return { needed: resize };
  return { needed: { width: resize.shortestEdge, height: resize.shortestEdge } };
}

function knownLabels({ labels }: TaskContext<VtabData>): readonly string[] | undefined {
  return labels && labels.length > 0 ? labels : undefined;
}

/** Class names: of the saved model, of VTAB-1k, or of the training images. */
function findLabels(
  context: SplitContext,
  plan: SplitPlan,
  train: OpenedSplit | undefined,
): readonly string[] {
  const labels = knownLabels(context) ?? plan.labels ?? (train && trainingLabels(train));
  if (labels) return labels;
  throw new MdpdError('DATA_CLASSES', 'nothing says which classes there are', {
    place: 'data.train',
    fix: 'name the training images, or a model that has its class names',
    exitCode: 2,
  });
}

/** The smaller of the recipe's limit and that of a smoke run. */
function limitOf({ data, limit }: SplitContext, name: SplitName): number | undefined {
  const ofRecipe = typeof data.limit === 'number' ? data.limit : data.limit?.[name];
  const limits = [ofRecipe, limit].filter((each) => each !== undefined);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

interface Preparation {
  readonly context: SplitContext;
  readonly preprocessing: Preprocessing;
  readonly labels: readonly string[];
  readonly budget: MemoryBudget;
}

function openDataset(name: SplitName, opened: OpenedSplit, preparation: Preparation): Promise<Dataset> {
  const { context, preprocessing, labels, budget } = preparation;
  const { data, warn } = context;
  return ImageDataset.open(limitImages(opened.images, limitOf(context, name)), {
    preprocessing,
    augment: data.augment,
    relabel: name === 'unlabelled' ? undefined : relabeler(name, opened, labels),
    onCorrupt: data.onCorrupt,
    budget,
    warn,
    progress: (done, total) =>
      context.progress?.({ type: 'progress', what: `reading ${name} images`, done, total }),
  });
}

/**
 * A recipe may name validation images of its own data, and a user put other training images in their place: then the
 * two have no class in common, and validation is left out rather than the run refused.
 */
function isLeftOver(
  name: SplitName,
  opened: OpenedSplit,
  labels: readonly string[],
  context: SplitContext,
): boolean {
  if (name !== 'validation' || !isForeign(opened, labels)) return false;
  context.warn(
    `validation is left out: the images of ${opened.images.origin} share no class with the training images`,
  );
  return true;
}

async function openSplits(
  context: SplitContext,
  preprocessing: Preprocessing,
): Promise<{ labels: readonly string[]; splits: Partial<Record<SplitName, Dataset>> }> {
  const plan = planSplits(context, decodeOptions(preprocessing));
  const wanted = plan.names.filter((name) => context.splits?.includes(name) ?? true);
  const needsTrain = wanted.includes('train') || (!knownLabels(context) && !plan.labels);
  const opened = new Map<SplitName, OpenedSplit>();
  if (needsTrain && plan.names.includes('train')) opened.set('train', await plan.open('train'));
  for (const name of wanted) {
    if (!opened.has(name) && !plan.sameAs[name]) opened.set(name, await plan.open(name));
  }
  const labels = findLabels(context, plan, opened.get('train'));
  // All classes are compared before the first image is decoded: that can take long.
  const kept = [...opened].filter(([name, split]) => {
    if (!wanted.includes(name) || isLeftOver(name, split, labels, context)) return false;
    if (name !== 'unlabelled') relabeler(name, split, labels);
    return true;
  });
  const budget = { remaining: Math.floor(context.data.cacheMegabytes * 2 ** 20) };
  const splits: Partial<Record<SplitName, Dataset>> = {};
  for (const [name, split] of kept) {
    splits[name] = await openDataset(name, split, { context, preprocessing, labels, budget });
  }
  for (const name of wanted) {
    const other = plan.sameAs[name];
    if (other)
      splits[name] =
        splits[other] ??
        (await openDataset(other, await plan.open(other), { context, preprocessing, labels, budget }));
  }
  return { labels, splits };
}

async function open(context: TaskContext<VtabData>): Promise<Task> {
  const { data } = context;
  const preprocessing = readPreprocessing({
    preset: data?.preprocessing ?? 'checkpoint',
    config: context.backboneFiles['preprocessor_config.json'],
    inputShape: context.inputs.pixel_values?.shape,
    warn: context.warn,
  });
  const decode = decodeOptions(preprocessing);
  if (data)
    return createVtabTask({
      ...(await openSplits({ ...context, data }, preprocessing)),
      preprocessing,
      decode,
    });
  const labels = knownLabels(context);
  if (!labels) {
    throw new MdpdError('DATA_CLASSES', 'the model does not say which classes it has', {
      allowed: 'config.json with id2label',
    });
  }
  return createVtabTask({ labels, splits: {}, preprocessing, decode });
}

export const vtabProvider: TaskProvider<VtabData> = {
  name: 'vtab',
  description: 'image classification: VTAB-1k, MNIST, folders of your own images',
  dataSchema,
  open,
  aggregate: aggregateVtab,
};
