/**
 * Expressions with their images and boxes as batches for a backbone.
 *
 * Letters: B batch.
 */
import { basename } from 'node:path';
import type { Batch, Dataset, LoadOptions, ShownExample } from '@mdpd/core';
import { loadPairs } from '@mdpd/data/image-text/batch';
import type { ImageTextReader } from '@mdpd/data/image-text/reader';
import { encodeTexts } from '@mdpd/data/image-text/texts';
import type { TextDataset } from '@mdpd/data/text/text-dataset';
import { toShares, type ImageSize } from './box-geometry.ts';
import type { ExpressionList } from './expressions.ts';
import { imageSizes } from './image-sizes.ts';
import { openExpressionImages, type ExpressionImages, type ImagesOptions } from './expression-images.ts';

/** One example a sentence. Targets: `box` [B, 4] as shares of the image, and `part` [B, 1], a number among `parts`. */
export class ExpressionDataset implements Dataset {
  readonly size: number;
  readonly origin: string;
  private readonly reader: ImageTextReader;
  private readonly images: ExpressionImages;
  private readonly texts: TextDataset;
  /** [size · 4] */
  private readonly boxes: Float32Array;
  private readonly partNumbers: Int32Array;
  /** [size · 2], width and height in pixels of what the annotations are of. */
  private readonly sizes: Int32Array;
  /** Kept where examples may be shown. */
  private readonly shown: ExpressionList | undefined;

  private constructor(
    reader: ImageTextReader,
    expressions: ExpressionList,
    opened: {
      readonly origin: string;
      readonly images: ExpressionImages;
      readonly texts: TextDataset;
      readonly parts: readonly string[];
      readonly shows: boolean;
    },
  ) {
    this.reader = reader;
    this.size = expressions.size;
    this.origin = opened.origin;
    this.images = opened.images;
    this.texts = opened.texts;
    this.partNumbers = new Int32Array(this.size);
    this.boxes = new Float32Array(4 * this.size);
    this.sizes = new Int32Array(2 * this.size);
    this.shown = opened.shows ? expressions : undefined;
    for (let index = 0; index < this.size; index++) {
      const { box, size, part } = expressions.at(index);
      this.partNumbers[index] = opened.parts.indexOf(part);
      this.boxes.set(toShares(box, size), 4 * index);
      this.sizes.set([size.width, size.height], 2 * index);
    }
  }

  /** `parts` are the names of all parts that any split of the task has; what `shows` keeps its texts. */
  static async open(
    reader: ImageTextReader,
    expressions: ExpressionList,
    options: ImagesOptions & { readonly parts: readonly string[]; readonly shows: boolean },
  ): Promise<ExpressionDataset> {
    const { origin, warn, parts, shows } = options;
    const sentences = { size: expressions.size, at: (index: number) => expressions.at(index).text };
    const texts = await encodeTexts(reader, sentences, origin);
    if (texts.truncated > 0) {
      warn(
        `${origin}: ${texts.truncated} of ${texts.size} expressions are cut to ${reader.maxLength} tokens`,
      );
    }
    const images = await openExpressionImages(reader, expressions, options);
    return new ExpressionDataset(reader, expressions, { origin, images, texts, parts, shows });
  }

  async load(indices: readonly number[], options: LoadOptions): Promise<Batch> {
    const pairs = indices.map((index) => ({ image: this.images.numbers[index]!, text: index }));
    const size = indices.length;
    const boxes = Float32Array.from({ length: 4 * size }, (_, at) => {
      return this.boxes[4 * indices[at >> 2]! + (at & 3)]!;
    });
    const parts = Int32Array.from(indices, (index) => this.partNumbers[index]!);
    return {
      size,
      input: await loadPairs(this.reader, { images: this.images.images, texts: this.texts }, pairs, options),
      target: {
        box: { data: boxes, shape: [size, 4], dtype: 'float32' },
        part: { data: parts, shape: [size, 1], dtype: 'int32' },
      },
      about: imageSizes(indices.map((index) => this.sizeOf(index))),
    };
  }

  /** Training examples have no texts to show. */
  async show(index: number): Promise<ShownExample> {
    const { image } = await this.images.images.show(this.images.numbers[index]!);
    const texts = this.shown ? { texts: [this.shown.at(index).text] } : {};
    return { ...texts, ...(image ? { image } : {}), imageSize: this.sizeOf(index) };
  }

  private sizeOf(index: number): ImageSize {
    return { width: this.sizes[2 * index]!, height: this.sizes[2 * index + 1]! };
  }
}

/** `refcoco:testA+testB`, or names of files. */
export const originOf = (name: string | undefined, parts: readonly string[]): string =>
  name === undefined ? parts.map((part) => basename(part)).join('+') : `${name}:${parts.join('+')}`;
