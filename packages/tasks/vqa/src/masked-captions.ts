/**
 * Images with captions of which words are hidden.
 *
 * Letters: B batch, T tokens of the text.
 */
import type { Batch, Dataset, HostTensor, LoadOptions } from '@mdpd/core';
import { loadPairs } from '@mdpd/data/image-text/batch';
import type { ImageTextReader } from '@mdpd/data/image-text/reader';
import { maskTokens, type MaskingRules } from '@mdpd/data/text/mask-tokens';
import { noLabel } from '@mdpd/tensor/token-losses';
import type { CaptionSplit } from './caption-data.ts';
import { pickNumber, randomOf } from './caption-dataset.ts';

/**
 * One example an image, with one of its captions: `input_ids` with tokens hidden, and the target `labels` [B, T], the ids
 * that stood there and −100 where nothing is to be guessed. What is hidden depends on (seed, epoch, view, index) alone.
 */
export class MaskedCaptions implements Dataset {
  readonly size: number;
  readonly origin: string;
  private readonly split: CaptionSplit;
  private readonly reader: ImageTextReader;
  private readonly rules: MaskingRules;

  constructor(split: CaptionSplit, reader: ImageTextReader, rules: MaskingRules) {
    this.split = split;
    this.reader = reader;
    this.rules = rules;
    this.size = split.images.size;
    this.origin = split.origin;
  }

  async load(indices: readonly number[], options: LoadOptions): Promise<Batch> {
    const randoms = indices.map((index) => randomOf(index, options));
    const pairs = indices.map((image, row) => ({
      image,
      text: pickNumber(randoms[row]!, this.split.captions[image]!),
    }));
    const input = await loadPairs(this.reader, this.split, pairs, options);
    const ids = input['input_ids']! as HostTensor & { readonly data: Int32Array };
    const [, length] = ids.shape as [number, number];
    const labels = new Int32Array(ids.data.length).fill(noLabel);
    for (const [row, { text }] of pairs.entries()) {
      const start = row * length;
      const own = ids.data.subarray(start, start + this.split.texts.length(text));
      labels.set(maskTokens(own, this.rules, randoms[row]!), start);
    }
    return {
      size: indices.length,
      input,
      target: { labels: { data: labels, shape: ids.shape, dtype: 'int32' } },
    };
  }
}
