/** An image and a text as a user writes them: `photo.jpg a red circle`. */
import { MdpdError, type Batch } from '@mdpd/core';
import { imageExtensions } from '../image-decode.ts';
import { loadPairs } from './batch.ts';
import { rowsOf } from '../row-list.ts';
import { openImages } from './images.ts';
import type { ImageTextReader } from './reader.ts';
import { encodeTexts } from './texts.ts';

const extensions = imageExtensions.map((each) => each.slice(1)).join('|');
const pattern = new RegExp(`^(.+?\\.(?:${extensions}))\\s+(\\S.*)$`, 'isu');

/** An image and a text, to be read together. */
export interface ImageText {
  readonly path: string;
  readonly text: string;
}

/** `example`: a text as the task expects it, for the message. Throws IMAGE_TEXT_INPUT. */
export function parseImageText(input: string, example = 'a red circle above a star'): ImageText {
  const [, path, text] = pattern.exec(input.trim()) ?? [];
  if (path !== undefined && text !== undefined) return { path, text };
  throw new MdpdError('IMAGE_TEXT_INPUT', 'there is no image with a text', {
    place: JSON.stringify(input.length > 60 ? `${input.slice(0, 60)}…` : input),
    allowed: `an image file (${imageExtensions.join(', ')}), a space and a text`,
    fix: `"photo.jpg ${example}"`,
    exitCode: 2,
  });
}

/** A batch without targets, of what a user names. Throws IMAGE_TEXT_INPUT, and IMAGE_UNREADABLE naming the bad one. */
export async function encodeImageTexts(
  inputs: readonly string[],
  reader: ImageTextReader,
  example?: string,
): Promise<Batch> {
  const parsed = inputs.map((input) => parseImageText(input, example));
  const paths = parsed.map(({ path }) => path);
  const images = await openImages(reader, paths, {
    origin: 'input',
    budget: { remaining: Infinity },
    fix: 'name a file that holds an image',
    warn: () => undefined,
  });
  const texts = await encodeTexts(reader, rowsOf(parsed.map(({ text }) => text)), 'input');
  const pairs = parsed.map((_, index) => ({ image: index, text: index }));
  const options = { augment: false, seed: 0, epoch: 0 };
  return {
    size: inputs.length,
    input: await loadPairs(reader, { images, texts }, pairs, options),
    target: {},
  };
}
