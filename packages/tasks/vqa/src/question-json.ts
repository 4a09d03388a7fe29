/** What the readers of questions share: members of large JSON files, checked one by one, and the images beside them. */
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { MdpdError, systemCode } from '@mdpd/core';
import { ContainedFiles } from '@mdpd/data/contained-files';
import { eachElement } from '@mdpd/data/text/json-elements';
import { parseEntry } from '@mdpd/data/text/json-entry';
import { eachMember } from '@mdpd/data/text/json-object';
import type { z } from 'zod';

/** Of one question or annotation. */
const mostBytes = 1 << 20;

export const invalidQuestions = (message: string, place: string, allowed?: string): MdpdError =>
  new MdpdError('QUESTIONS_INVALID', message, { place, allowed });

export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}

/** Throws DATA_MISSING where the file is not there. */
export async function requireFile(path: string, place: string, allowed: string): Promise<void> {
  if (await isThere(path)) return;
  throw new MdpdError('DATA_MISSING', `there is no file ${path}`, { place, allowed, exitCode: 2 });
}

const parse = <T>(schema: z.ZodType<T>, bytes: Uint8Array | undefined, place: string): T =>
  parseEntry(schema, bytes, { code: 'QUESTIONS_INVALID', place, mostBytes });

/** Elements of the list `key` of the object in a file, in bounded memory. Throws QUESTIONS_INVALID. */
export async function eachEntry<T>(
  file: string,
  key: string,
  schema: z.ZodType<T>,
  take: (entry: T, place: string) => void,
): Promise<void> {
  let count = 0;
  const problem = await eachMember(file, { lists: [key], mostBytes }, (_, bytes, index) => {
    const place = `${file}: ${key}[${index}]`;
    take(parse(schema, bytes, place), place);
    count++;
  });
  if (problem) throw invalidQuestions(`the JSON object is damaged: ${problem}`, file);
  if (count === 0) throw invalidQuestions(`there are no ${key}`, file, `an object with a list of ${key}`);
}

/** Members of the object in a file. Throws QUESTIONS_INVALID. */
export async function eachNamed<T>(
  file: string,
  schema: z.ZodType<T>,
  take: (name: string, entry: T, place: string) => void,
): Promise<void> {
  const problem = await eachMember(file, { mostBytes }, (name, bytes) => {
    const place = `${file}: ${JSON.stringify(name)}`;
    take(name, parse(schema, bytes, place), place);
  });
  if (problem) throw invalidQuestions(`the JSON object is damaged: ${problem}`, file);
}

/** Elements of the list in a file. Throws QUESTIONS_INVALID. */
export async function eachItem<T>(
  file: string,
  schema: z.ZodType<T>,
  take: (entry: T, place: string, index: number) => void,
): Promise<void> {
  const problem = await eachElement(file, mostBytes, (bytes, index) => {
    const place = `${file}[${index}]`;
    take(parse(schema, bytes, place), place, index);
  });
  if (problem) throw invalidQuestions(`the JSON list is damaged: ${problem}`, file);
}

/** Refuses what stands twice. Throws QUESTIONS_DUPLICATE. */
export class Unique {
  private readonly seen = new Set<string | number>();

  add(id: string | number, place: string): void {
    if (this.seen.has(id)) {
      throw new MdpdError('QUESTIONS_DUPLICATE', `there are two questions ${id}`, { place });
    }
    this.seen.add(id);
  }
}

/** Finds images in folders that may be links, while the images themselves may not lead out of them. */
export class Folders {
  private readonly folders = new Map<string, ContainedFiles>();

  /** The first of the paths that is there. Throws QUESTIONS_IMAGE, and DATA_PATH for a link that leaves its folder. */
  async find(paths: Iterable<string>, place: string): Promise<string> {
    const tried: string[] = [];
    for (const path of paths) {
      tried.push(path);
      const folder = dirname(path);
      const files = this.folders.get(folder) ?? new ContainedFiles(folder);
      this.folders.set(folder, files);
      if (await files.has(path, place)) return path;
    }
    throw imageMissing(tried, place);
  }
}

/** QUESTIONS_IMAGE, naming where an image was looked for. */
export function imageMissing(tried: readonly string[], place: string): MdpdError {
  return new MdpdError('QUESTIONS_IMAGE', `there is no image ${basename(tried[0]!)}`, {
    place,
    allowed: [...new Set(tried.map((path) => dirname(path)))],
    fix: 'put the images into one of these folders',
  });
}
