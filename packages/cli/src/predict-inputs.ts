/** What `mdpd predict` is asked about: what stands on the command line, then the lines of a file. */
import { MdpdError } from '@mdpd/core';
import { readText } from './files.ts';

const maximumBytes = 256_000_000;

/**
 * Every input in order. A file has one a line; lines without anything but spaces are left out.
 * Throws MISSING_ARGUMENT where there is none at all, PREDICT_FILE_EMPTY, FILE_NOT_FOUND, FILE_TOO_LARGE.
 */
export function inputsOf(typed: readonly string[], file: string | undefined): string[] {
  if (file === undefined) {
    if (typed.length > 0) return [...typed];
    throw new MdpdError('MISSING_ARGUMENT', 'mdpd predict needs <input>: what to predict for', {
      allowed: 'image files or texts, or --file with one a line',
      fix: 'mdpd predict --help shows how to call it',
      exitCode: 2,
    });
  }
  const lines = readText(file, maximumBytes)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  if (lines.length > 0) return [...typed, ...lines];
  throw new MdpdError('PREDICT_FILE_EMPTY', 'the file names nothing to predict for', {
    place: file,
    allowed: 'one image file or text a line',
    exitCode: 2,
  });
}
