/**
 * From a decoded image to what a backbone reads, with the meaning that Hugging Face's image processors give to
 * preprocessor_config.json.
 *
 * Letters: C channels, H height, W width of the backbone's input.
 */
import type { RawImage } from '@mdpd/core';
import { resizeImage } from './resample.ts';
import type { Preprocessing } from './preprocessor-config.ts';

/** Pillow's weights of luma, 16 fractional bits. */
const luma = [19595, 38470, 7471] as const;

function toGrey(image: RawImage): RawImage {
  const { width, height, data } = image;
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    grey[i] =
      (data[3 * i]! * luma[0] + data[3 * i + 1]! * luma[1] + data[3 * i + 2]! * luma[2] + 0x8000) >> 16;
  }
  return { width, height, channels: 1, data: grey };
}

function cropCenter(image: RawImage, width: number, height: number): RawImage {
  if (image.width === width && image.height === height) return image;
  const { channels, data } = image;
  const left = Math.floor((image.width - width) / 2);
  const top = Math.floor((image.height - height) / 2);
  const result = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * channels;
    result.set(data.subarray(start, start + width * channels), y * width * channels);
  }
  return { width, height, channels, data: result };
}

/** Size to which an image is resized before the crop. */
function resizedSize(image: RawImage, preprocessing: Preprocessing): readonly [number, number] {
  const { resize } = preprocessing;
  if (!('shortestEdge' in resize)) return [resize.width, resize.height];
  const { shortestEdge } = resize;
  const long = (side: number, short: number): number => Math.trunc((shortestEdge * side) / short);
  return image.width <= image.height
    ? [shortestEdge, long(image.height, image.width)]
    : [long(image.width, image.height), shortestEdge];
}

/**
 * Resizes and crops to H x W. A grey image stays grey for a backbone of 3 channels: its values are repeated when
 * the input is written. Images that have the right size already are returned as they are.
 */
export function prepareImage(image: RawImage, preprocessing: Preprocessing): RawImage {
  const converted = preprocessing.channels === 1 && image.channels === 3 ? toGrey(image) : image;
  const [width, height] = resizedSize(converted, preprocessing);
  const resized = resizeImage(converted, width, height, preprocessing.resample);
  return cropCenter(resized, preprocessing.width, preprocessing.height);
}

/** What every byte becomes in every channel, [C · 256], in the single precision in which Hugging Face computes it. */
export function normalizationTable(preprocessing: Preprocessing): Float32Array {
  const { channels, rescaleFactor, mean, std } = preprocessing;
  const table = new Float32Array(channels * 256);
  for (let c = 0; c < channels; c++) {
    for (let value = 0; value < 256; value++) {
      const scaled = Math.fround(value * rescaleFactor);
      const centered = Math.fround(scaled - Math.fround(mean[c]!));
      table[c * 256 + value] = centered / Math.fround(std[c]!);
    }
  }
  return table;
}

/** Writes a prepared image as [C, H, W] into `output` from `offset`. `table` is its `normalizationTable`. */
export function writeInput(
  image: Pick<RawImage, 'channels' | 'data'>,
  table: Float32Array,
  output: Float32Array,
  offset: number,
): void {
  const channels = table.length / 256;
  const plane = image.data.length / image.channels;
  const repeated = image.channels === 1;
  for (let c = 0; c < channels; c++) {
    const start = offset + c * plane;
    const step = repeated ? 1 : channels;
    for (let i = 0, at = repeated ? 0 : c; i < plane; i++, at += step) {
      output[start + i] = table[c * 256 + image.data[at]!]!;
    }
  }
}
