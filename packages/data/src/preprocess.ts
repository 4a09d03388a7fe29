/**
 * From a decoded image to what a backbone reads, with the meaning that Hugging Face's image processors give to
 * preprocessor_config.json.
 *
 * Letters: C channels, H height, W width of the backbone's input.
 */
import type { RawImage } from '@mdpd/core';
import { resizeImage } from './resample.ts';
import { fitOf, type Fit, type Preprocessing } from './preprocessor-config.ts';

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

const longestOfShortest = 1333 / 800;

/**
 * Width and height of an image that keeps its shape, as ViltImageProcessor computes them; and smaller where the canvas,
 * which that one makes as large as the batch needs, does not hold them.
 */
export function fittedSize(
  image: Pick<RawImage, 'width' | 'height'>,
  { shortestEdge, divisor }: Fit,
  canvas: Pick<RawImage, 'width' | 'height'>,
): readonly [width: number, height: number] {
  const scale = shortestEdge / Math.min(image.width, image.height);
  let [width, height] = [scale * image.width, scale * image.height];
  const shrink = (by: number): void => {
    if (by < 1) [width, height] = [width * by, height * by];
  };
  shrink(Math.trunc(longestOfShortest * shortestEdge) / Math.max(width, height));
  shrink(Math.min(canvas.width / width, canvas.height / height));
  const floored = (side: number): number =>
    Math.max(1, Math.floor(Math.trunc(side + 0.5) / divisor)) * divisor;
  return [Math.min(floored(width), canvas.width), Math.min(floored(height), canvas.height)];
}

/** Size to which an image is resized before the crop. */
function resizedSize(image: RawImage, preprocessing: Preprocessing): readonly [number, number] {
  const { resize } = preprocessing;
  if (!('shortestEdge' in resize)) return [resize.width, resize.height];
  if ('divisor' in resize) return fittedSize(image, resize, preprocessing);
  const { shortestEdge } = resize;
  const long = (side: number, short: number): number => Math.trunc((shortestEdge * side) / short);
  return image.width <= image.height
    ? [shortestEdge, long(image.height, image.width)]
    : [long(image.width, image.height), shortestEdge];
}

/**
 * Resizes and crops to H x W; where images keep their shape, to what of the canvas is theirs. A grey image stays grey for a backbone of 3 channels: its values are repeated when
 * the input is written. Images that have the right size already are returned as they are.
 */
export function prepareImage(image: RawImage, preprocessing: Preprocessing): RawImage {
  const converted = preprocessing.channels === 1 && image.channels === 3 ? toGrey(image) : image;
  const [width, height] = resizedSize(converted, preprocessing);
  const resized = resizeImage(converted, width, height, preprocessing.resample);
  return fitOf(preprocessing) ? resized : cropCenter(resized, preprocessing.width, preprocessing.height);
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

/**
 * Writes a prepared image into the upper left corner of row `row` of `pixels`, [B, C, H, W] of zeros, and ones where it
 * lies into that of `mask`, [B, H, W] of zeros.
 */
export function writeFitted(
  image: RawImage,
  table: Float32Array,
  canvas: Pick<Preprocessing, 'width' | 'height'>,
  output: { readonly pixels: Float32Array; readonly mask: Int32Array },
  row: number,
): void {
  const channels = table.length / 256;
  const plane = canvas.width * canvas.height;
  const own = new Float32Array(channels * image.width * image.height);
  writeInput(image, table, own, 0);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < image.height; y++) {
      const from = (c * image.height + y) * image.width;
      const to = (row * channels + c) * plane + y * canvas.width;
      output.pixels.set(own.subarray(from, from + image.width), to);
    }
  }
  for (let y = 0; y < image.height; y++) {
    const to = row * plane + y * canvas.width;
    output.mask.fill(1, to, to + image.width);
  }
}
