/** VTAB-1k list files: one image a line, its path relative to the task's folder, a space, its label. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MdpdError, systemCode, type ImageSet } from '@mdpd/core';
import { ContainedFiles } from './contained-files.ts';
import { containedPath } from './contained-path.ts';
import { FileImages, fileImageSet } from './file-images.ts';
import type { DecodeOptions } from './image-decode.ts';

const mostBytes = 256 << 20;
const mostClasses = 1_000_000;

/** A line of a list file. */
export interface ListEntry {
  /** As written, relative to the task's folder. */
  readonly path: string;
  readonly label: number;
  /** From 1. */
  readonly line: number;
}

function invalid(file: string, line: number, message: string): MdpdError {
  return new MdpdError('LIST_INVALID', message, {
    place: `${file}:${line}`,
    allowed: 'a path, one space, a label from 0: images/train800/000000.jpg 12',
  });
}

/** Parses the text of a list file; blank lines are skipped. Throws LIST_INVALID with file and line. */
export function parseVtabList(text: string, file: string): ListEntry[] {
  const entries: ListEntry[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const space = line.lastIndexOf(' ');
    if (space < 0) throw invalid(file, index + 1, `"${line.slice(0, 200)}" has no label`);
    const label = line.slice(space + 1);
    if (!/^\d{1,9}$/.test(label))
      throw invalid(file, index + 1, `the label "${label.slice(0, 200)}" is not a number from 0`);
    if (Number(label) >= mostClasses)
      throw invalid(file, index + 1, `the label ${label} is above ${mostClasses - 1}`);
    entries.push({ path: line.slice(0, space).trimEnd(), label: Number(label), line: index + 1 });
  }
  return entries;
}

async function readList(file: string, { origin, fix }: VtabListOptions): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > mostBytes)
      throw new MdpdError('LIST_INVALID', `${size} bytes are more than ${mostBytes}`, { place: file });
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof MdpdError) throw error;
    const message =
      systemCode(error) === 'ENOENT' ? 'there is no such list file' : 'the list file cannot be read';
    throw new MdpdError('DATA_MISSING', `${message}: ${origin}`, {
      place: file,
      fix,
      exitCode: 2,
      cause: error,
    });
  }
}

/** The files of the entries, all of them there and within the list's folder. */
async function checkFiles(entries: readonly ListEntry[], file: string): Promise<FileImages> {
  const root = dirname(file);
  const contained = new ContainedFiles(root);
  const folders = new Map<string, number>();
  const files = new FileImages();
  for (const entry of entries) {
    const place = `${file}:${entry.line}`;
    const path = containedPath(root, entry.path, place);
    if (!(await contained.has(path, place))) {
      throw new MdpdError('DATA_MISSING', `the list names ${entry.path}, which is not there`, {
        place,
        fix: `the paths of a list are relative to its own folder, ${root}`,
      });
    }
    const written = dirname(join(root, entry.path));
    const number = folders.get(written) ?? files.addFolder({ path: dirname(path), place: written });
    folders.set(written, number);
    files.add(number, basename(path), entry.label);
  }
  return files;
}

/** How a list file is read, and what messages about it say. */
export interface VtabListOptions {
  /** For messages: the path as the recipe has it. */
  readonly origin: string;
  /** What to do where the list is missing. */
  readonly fix?: string;
  readonly decode?: DecodeOptions;
}

/**
 * Opens a list file. Class names are the labels' numbers, 0 to the largest label in the list.
 * Throws DATA_MISSING (list, or an image, with its line), LIST_INVALID, DATA_PATH or DATA_EMPTY.
 */
export async function openVtabList(file: string, options: VtabListOptions): Promise<ImageSet> {
  const entries = parseVtabList(await readList(file, options), file);
  if (entries.length === 0) {
    throw new MdpdError('DATA_EMPTY', 'the list names no image', { place: file });
  }
  const files = await checkFiles(entries, file);
  const classes = entries.reduce((most, entry) => Math.max(most, entry.label + 1), 0);
  const labels = Array.from({ length: classes }, (_, label) => String(label));
  return fileImageSet(files, { origin: options.origin, labels }, options.decode ?? {});
}
