/**
 * Images with captions as batches for a backbone.
 *
 * Letters: B batch, N tokens, H height, W width.
 */
import type { Batch, Dataset, HostRecord, LoadOptions, RandomSource } from '@mdpd/core';
import { loadPairs } from '@mdpd/data/image-text/batch';
import type { ImageTextReader } from '@mdpd/data/image-text/reader';
import { createRandom } from '@mdpd/tensor/random';
import type { CaptionSplit } from './caption-data.ts';

/** Where a caption of a pair comes from. */
export const pairKinds = { caption: 0, swapped: 1, foil: 2 } as const;

/**
 * What is drawn depends on (seed, epoch, view, index) alone; without augmentation on the index alone, so that evaluation
 * always asks the same.
 */
export function randomOf(index: number, { augment, seed, epoch, view = 0 }: LoadOptions): RandomSource {
  return augment
    ? createRandom(seed, 'captions').fork(`${epoch}/${view}/${index}`)
    : createRandom(0, 'fixed captions').fork(String(index));
}

export const pickNumber = (random: RandomSource, values: readonly number[]): number =>
  values[random.integer(values.length)]!;

interface Pair {
  /** Number among the split's texts. */
  readonly text: number;
  readonly kind: number;
}

abstract class CaptionDataset implements Dataset {
  readonly size: number;
  readonly origin: string;
  protected readonly split: CaptionSplit;
  private readonly reader: ImageTextReader;

  constructor(split: CaptionSplit, reader: ImageTextReader) {
    this.split = split;
    this.reader = reader;
    this.size = split.images.size;
    this.origin = split.origin;
  }

  protected abstract pair(index: number, options: LoadOptions): Pair;
  protected abstract target(pairs: readonly Pair[], indices: readonly number[]): HostRecord;

  async load(indices: readonly number[], options: LoadOptions): Promise<Batch> {
    const pairs = indices.map((index) => this.pair(index, options));
    const numbers = pairs.map(({ text }, row) => ({ image: indices[row]!, text }));
    const input = await loadPairs(this.reader, this.split, numbers, options);
    return { size: indices.length, input, target: this.target(pairs, indices) };
  }
}

const int32 = (values: readonly number[]) =>
  ({ data: Int32Array.from(values), shape: [values.length], dtype: 'int32' }) as const;

/**
 * One example an image: one of its captions, or as often a false one: another image's or, where the image has foils, half
 * of the times one of those. Targets: `label` [B], 1 where the caption is true, and `kind` [B].
 */
export class MatchingDataset extends CaptionDataset {
  protected pair(index: number, options: LoadOptions): Pair {
    const random = randomOf(index, options);
    const { captions, foils } = this.split;
    const [isTrue, byFoil] = [random.next() < 0.5, random.next() < 0.5];
    if (isTrue || (this.size === 1 && foils[index]!.length === 0)) {
      return { text: pickNumber(random, captions[index]!), kind: pairKinds.caption };
    }
    if (foils[index]!.length > 0 && (byFoil || this.size === 1)) {
      return { text: pickNumber(random, foils[index]!), kind: pairKinds.foil };
    }
    const other = (index + 1 + random.integer(this.size - 1)) % this.size;
    return { text: pickNumber(random, captions[other]!), kind: pairKinds.swapped };
  }

  protected target(pairs: readonly Pair[]): HostRecord {
    const kinds = pairs.map(({ kind }) => kind);
    return { label: int32(kinds.map((kind) => Number(kind === pairKinds.caption))), kind: int32(kinds) };
  }
}

/** One example an image, with one of its captions. Target: `image` [B], the number of the image. */
export class ContrastiveDataset extends CaptionDataset {
  protected pair(index: number, options: LoadOptions): Pair {
    return {
      text: pickNumber(randomOf(index, options), this.split.captions[index]!),
      kind: pairKinds.caption,
    };
  }

  protected target(_pairs: readonly Pair[], indices: readonly number[]): HostRecord {
    return { image: int32(indices) };
  }
}
