/** Draws what was found onto the image it was found in. */
import { readFile } from 'node:fs/promises';
import { decodeImage } from './image-decode.ts';
import { loadSharp } from './sharp-library.ts';

/** x and y of the upper left corner, width and height, in pixels of the upright image. */
export type PixelBox = readonly [x: number, y: number, width: number, height: number];

/** Width of the frame as a share of the image's longer side. */
const frameShare = 1 / 150;

/** Numbers alone reach the SVG, and only finite ones. */
function overlay(width: number, height: number, box: PixelBox): string {
  const [x, y, w, h] = box.map((value) => (Number.isFinite(value) ? value.toFixed(2) : '0'));
  const line = Math.max(2, Math.round(Math.max(width, height) * frameShare));
  const frame = (colour: string, stroke: number): string =>
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" stroke="${colour}" stroke-width="${stroke}"/>`;
  const frames = frame('#ffffff', 2 * line) + frame('#e6007e', line);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${frames}</svg>`;
}

/**
 * The image at `path` with a frame around `box`, as PNG. Throws IMAGE_UNREADABLE, SHARP_MISSING, and what the
 * system throws.
 */
export async function drawBox(path: string, box: PixelBox): Promise<Uint8Array> {
  const { width, height, channels, data } = await decodeImage(await readFile(path), { place: path });
  const svg = Buffer.from(overlay(width, height, box));
  const sharp = await loadSharp();
  return sharp(data, { raw: { width, height, channels } })
    .toColourspace('srgb')
    .composite([{ input: svg }])
    .png()
    .toBuffer();
}
