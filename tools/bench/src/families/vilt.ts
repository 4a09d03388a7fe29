/** ViLT, on images of normal numbers with texts of random words. */
import type { HostRecord, RandomSource } from '@mdpd/core';
import { viltProvider } from '@mdpd/backbone-vilt/vilt-provider';
import { hostTensor } from '@mdpd/tensor/host';
import type { ViltShape } from '../shapes.ts';
import { encoderKeys, patchKeys, wordKeys } from './config-keys.ts';
import type { BenchFamily } from './family.ts';
import { halfOrMore, randomTexts } from './random-texts.ts';

export const vilt: BenchFamily<ViltShape> = {
  provider: viltProvider,
  config: (shape) => ({
    ...encoderKeys(shape),
    ...wordKeys(shape),
    // Texts and images.
    modality_type_vocab_size: 2,
    ...patchKeys(shape),
    mdpd: { canvas: [...shape.canvas] },
  }),
  input: (shape, size, random) => ({
    ...randomTexts({ tokens: wordsOf(shape), vocabulary: shape.vocabulary }, size, random),
    ...randomImages(shape, size, random),
  }),
  small: {
    family: 'vilt',
    blocks: 4,
    width: 24,
    heads: 3,
    hidden: 44,
    vocabulary: 70,
    positions: 13,
    types: 2,
    channels: 3,
    patch: 5,
    image: 45,
    canvas: [30, 40],
    tokens: 60,
    classes: 7,
  },
};

/** Tokens of a text: those of an example but for CLS of the image and its patches. */
function wordsOf({ tokens, patch, canvas: [height, width] }: ViltShape): number {
  return tokens - 1 - (height / patch) * (width / patch);
}

/**
 * `pixel_values` [size, C, H, W] and `pixel_mask` [size, H, W] of images in the upper left corner of the canvas, with
 * zeros around. The first fills it, so that Hugging Face, which cuts a batch to its largest image, has as many tokens;
 * the others have half as many rows and columns of patches, and more.
 */
function randomImages(
  { channels, patch, canvas }: ViltShape,
  size: number,
  random: RandomSource,
): HostRecord {
  const [height, width] = canvas;
  const pixels = new Float32Array(size * channels * height * width);
  const mask = new Int32Array(size * height * width);
  const length = (index: number, most: number): number =>
    index === 0 ? most : patch * halfOrMore(most / patch, random);
  for (let index = 0; index < size; index++) {
    const [rows, columns] = [length(index, height), length(index, width)];
    for (let row = 0; row < rows; row++) {
      const line = (index * height + row) * width;
      mask.fill(1, line, line + columns);
      for (let channel = 0; channel < channels; channel++) {
        const start = ((index * channels + channel) * height + row) * width;
        for (let column = 0; column < columns; column++) pixels[start + column] = random.normal();
      }
    }
  }
  return {
    pixel_values: hostTensor(pixels, [size, channels, height, width]),
    pixel_mask: hostTensor(mask, [size, height, width], 'int32'),
  };
}
