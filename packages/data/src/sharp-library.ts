/**
 * Loads sharp where an image is first decoded or drawn. It is an optional package: who only works with texts needs no
 * library for images. Tasks with images depend on it.
 */
import { MdpdError, systemCode } from '@mdpd/core';
import type Sharp from 'sharp';

type Library = typeof Sharp;

/** The version that was tested, for the command that installs it. */
export const sharpVersion = '0.35.5';

let loaded: Promise<Library> | undefined;

/** sharp itself. Throws SHARP_MISSING with the command that installs it. */
export function loadSharp(): Promise<Library> {
  loaded ??= importSharp();
  return loaded;
}

/** @param load - stands for the import in tests */
export async function importSharp(
  load: () => Promise<{ default: Library }> = () => import('sharp'),
): Promise<Library> {
  try {
    const { default: sharp } = await load();
    // Every image is read once: libvips's cache of operations would only hold memory.
    sharp.cache(false);
    return sharp;
  } catch (thrown) {
    if (systemCode(thrown) !== 'ERR_MODULE_NOT_FOUND') throw thrown;
    throw new MdpdError('SHARP_MISSING', 'the package sharp, which reads images, is not installed', {
      fix: `npm install sharp@${sharpVersion}`,
      exitCode: 2,
      cause: thrown,
    });
  }
}
