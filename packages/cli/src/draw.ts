/** `mdpd predict --draw FOLDER`: images with what was found in them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MdpdError, messageOf, type Prediction } from '@mdpd/core';
import { drawBox } from '@mdpd/data/draw-box';
import { parseImageText } from '@mdpd/data/image-text/input';
import { imageExtensions } from '@mdpd/data/image-decode';

type Answer = Pick<Prediction, 'box'> & { readonly input: string };

/** An input is an image, or an image with a text. */
function imageOf(input: string): string {
  const isImage = (imageExtensions as readonly string[]).includes(path.extname(input).toLowerCase());
  return isImage ? input : parseImageText(input).path;
}

/** Throws what cannot be written as DRAW_UNWRITABLE. */
function writing(folder: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new MdpdError('DRAW_UNWRITABLE', messageOf(error), { place: folder, cause: error, exitCode: 2 });
  }
}

/**
 * Writes `1-photo.png` for the first input, and so on, each with its box; those without a box are left out. Gives the
 * paths. Throws DRAW_WITHOUT_BOXES where no prediction has one, DRAW_UNWRITABLE and IMAGE_UNREADABLE.
 */
export async function drawPredictions(answers: readonly Answer[], folder: string): Promise<string[]> {
  if (answers.every(({ box }) => box === undefined)) {
    throw new MdpdError('DRAW_WITHOUT_BOXES', 'no prediction has a box to draw', {
      place: '--draw',
      allowed: 'a model of a task that finds boxes: refcoco',
      exitCode: 2,
    });
  }
  writing(folder, () => mkdirSync(folder, { recursive: true }));
  const digits = String(answers.length).length;
  const written: string[] = [];
  for (const [index, { input, box }] of answers.entries()) {
    if (box === undefined) continue;
    const image = imageOf(input);
    const number = String(index + 1).padStart(digits, '0');
    const file = path.join(folder, `${number}-${path.parse(image).name}.png`);
    const bytes = await drawBox(image, box);
    writing(folder, () => writeFileSync(file, bytes));
    written.push(file);
  }
  return written;
}
