/** An image and a text as a user writes them: `photo.jpg a red circle`. */
import { MdpdError, type Batch } from '@mdpd/core';
import { imageExtensions, readImageFile } from '@mdpd/data/image-decode';
import { normalizationTable, prepareImage, writeInput } from '@mdpd/data/preprocess';
import { encodeTexts, type CaptionReader } from './caption-data.ts';
import { pixelMask } from './caption-dataset.ts';

const extensions = imageExtensions.map((each) => each.slice(1)).join('|');
const pattern = new RegExp(`^(.+?\\.(?:${extensions}))\\s+(\\S.*)$`, 'isu');

/** Throws CAPTION_INPUT. */
export function parseCaptionInput(input: string): { readonly path: string; readonly text: string } {
  const [, path, text] = pattern.exec(input.trim()) ?? [];
  if (path !== undefined && text !== undefined) return { path, text };
  throw new MdpdError('CAPTION_INPUT', 'there is no image with a text', {
    place: JSON.stringify(input.length > 60 ? `${input.slice(0, 60)}…` : input),
    allowed: `an image file (${imageExtensions.join(', ')}), a space and a text`,
    fix: '"photo.jpg a red circle above a star"',
    exitCode: 2,
  });
}

/** Throws CAPTION_INPUT, and IMAGE_UNREADABLE naming the bad one. */
export async function encodeCaptionInputs(inputs: readonly string[], reader: CaptionReader): Promise<Batch> {
  const pairs = inputs.map(parseCaptionInput);
  const { channels, height, width } = reader.preprocessing;
  const table = normalizationTable(reader.preprocessing);
  const stride = channels * height * width;
  const data = new Float32Array(pairs.length * stride);
  for (const [row, { path }] of pairs.entries()) {
    const image = await readImageFile(path, { ...reader.decode, fix: 'name a file that holds an image' });
    writeInput(prepareImage(image, reader.preprocessing), table, data, row * stride);
  }
  const texts = await encodeTexts(
    reader,
    pairs.map(({ text }) => text),
    'input',
  );
  const { input } = await texts.load([...pairs.keys()]);
  const pixels = { data, shape: [pairs.length, channels, height, width], dtype: 'float32' } as const;
  const size = pairs.length;
  return { size, input: { ...input, pixel_values: pixels, ...pixelMask(reader, size) }, target: {} };
}
