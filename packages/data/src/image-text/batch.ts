/**
 * Images and texts side by side.
 *
 * Letters: B batch, N tokens, C channels, H × W pixels.
 */
import type { Dataset, HostRecord, HostTensor, LoadOptions } from '@mdpd/core';
import type { ImageTextReader } from './reader.ts';

/** Ones for every pixel, [B, H, W], where the backbone reads a mask: of images that fill the whole input. */
export function pixelMask(
  { pixelMask: spec }: Pick<ImageTextReader, 'pixelMask'>,
  batch: number,
): HostRecord {
  if (!spec) return {};
  const shape = [batch, ...spec.shape];
  const data = new Int32Array(shape.reduce((size, length) => size * length, 1)).fill(1);
  return { pixel_mask: { data, shape, dtype: 'int32' } };
}

/** Numbers of an image and of a text about it. */
export interface ImageTextPair {
  readonly image: number;
  readonly text: number;
}

/** After normalisation 0 is the mean colour. */
const plain = ({ data, ...rest }: HostTensor): HostTensor => ({
  ...rest,
  data: new Float32Array(data.length),
});

/** Inputs of the backbone for B pairs: those of texts [B, N], `pixel_values` [B, C, H, W] and `pixel_mask` [B, H, W]. */
export async function loadPairs(
  reader: ImageTextReader,
  { images, texts }: { readonly images: Dataset; readonly texts: Dataset },
  pairs: readonly ImageTextPair[],
  options: LoadOptions,
): Promise<HostRecord> {
  const [image, text] = await Promise.all([
    images.load(
      pairs.map((pair) => pair.image),
      options,
    ),
    texts.load(
      pairs.map((pair) => pair.text),
      options,
    ),
  ]);
  const seen = reader.blind
    ? { ...image.input, pixel_values: plain(image.input['pixel_values']!) }
    : image.input;
  const mask = 'pixel_mask' in image.input ? {} : pixelMask(reader, pairs.length);
  return { ...text.input, ...mask, ...seen };
}
