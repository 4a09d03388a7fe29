/** Writes the pictures of scenes. */
import { copyFile, link, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sceneJpeg } from './render.ts';
import type { SceneImage } from './scene-image.ts';

/** Pictures drawn at once: sharp draws outside of JavaScript's thread. */
const atOnce = 4;

/** One file under another name: a link, where the file system has them, else a copy. */
async function again(path: string, other: string): Promise<void> {
  await link(path, other).catch(() => copyFile(path, other));
}

/**
 * Draws every image into `folder`, under all the paths that `pathsOf` gives, relative to it.
 */
export async function writeImages(
  folder: string,
  images: readonly SceneImage[],
  pathsOf: (image: SceneImage) => readonly string[],
  progress?: (done: number, total: number) => void,
): Promise<void> {
  const made = new Set<string>();
  for (const path of images.flatMap((image) => pathsOf(image))) made.add(dirname(path));
  for (const each of made) await mkdir(join(folder, each), { recursive: true });
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    for (let image = images[next++]; image; image = images[next++]) {
      const [first, ...others] = pathsOf(image).map((path) => join(folder, path));
      await writeFile(first!, await sceneJpeg(image.scene));
      for (const other of others) await again(first!, other);
      progress?.(++done, images.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
