/** Opens matching and contrastive pretraining. */
import type { Dataset, SplitName, TaskProvider } from '@mdpd/core';
import { openReader, type ImageTextReader } from '@mdpd/data/image-text/reader';
import { openCaptionSplits, type CaptionSplit } from './caption-data.ts';
import { ContrastiveDataset, MatchingDataset } from './caption-dataset.ts';
import {
  contrastiveSchema,
  matchingSchema,
  type ContrastiveData,
  type MatchingData,
} from './caption-schema.ts';
import { createContrastiveTask, createMatchingTask } from './caption-tasks.ts';

type Splits<T> = Partial<Record<SplitName, T>>;

function datasets(
  splits: Splits<CaptionSplit>,
  reader: ImageTextReader,
  Kind: new (split: CaptionSplit, reader: ImageTextReader) => Dataset,
): Splits<Dataset> {
  const entries = Object.entries(splits).map(([name, split]) => [name, new Kind(split, reader)] as const);
  return Object.fromEntries(entries);
}

export const matchingProvider: TaskProvider<MatchingData> = {
  name: 'matching',
  description: 'image-text matching: whether a caption describes the image, for pretraining',
  dataSchema: matchingSchema,
  async open(context) {
    const { data } = context;
    const reader = await openReader(context, data);
    const splits = data ? await openCaptionSplits(context, reader, data) : {};
    return createMatchingTask({ reader, splits: datasets(splits, reader, MatchingDataset) });
  },
};

export const contrastiveProvider: TaskProvider<ContrastiveData> = {
  name: 'contrastive',
  description: 'contrastive learning of images and their captions, as CLIP, for pretraining',
  dataSchema: contrastiveSchema,
  async open(context) {
    const { data } = context;
    const reader = await openReader(context, data);
    const splits = data ? await openCaptionSplits(context, reader, data) : {};
    const temperature = data?.temperature ?? contrastiveSchema.shape.temperature.parse(undefined);
    return createContrastiveTask({
      reader,
      splits: datasets(splits, reader, ContrastiveDataset),
      temperature,
    });
  },
};
