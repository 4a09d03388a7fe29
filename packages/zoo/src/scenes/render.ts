/** Scenes as pictures. */
import { loadSharp } from '@mdpd/data/sharp-library';
import { backgroundSvg } from './background.ts';
import { outlineSvg } from './outline.ts';
import type { Scene } from './scene.ts';

export function sceneSvg({ width, height, background, objects }: Scene): string {
  const drawn = objects.map((object) => outlineSvg(object, object.fill)).join('');
  const size = `width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${backgroundSvg(background)}${drawn}</svg>`;
}

/** A JPEG file with colours at full resolution: halved ones would bleed over edges of small objects. */
export async function sceneJpeg(scene: Scene): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const svg = Buffer.from(sceneSvg(scene));
  return sharp(svg).flatten().jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** The pixels before compression, height · width · 3 bytes, rows from the top. */
export async function scenePixels(scene: Scene): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return sharp(Buffer.from(sceneSvg(scene)))
    .flatten()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
}
