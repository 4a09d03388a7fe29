/** What the readers of questions share: members of large JSON files, checked one by one, and the images beside them. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { MdpdError, systemCode } from '@mdpd/core';
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

/** Names of files by folder, each read once. */
export class Folders {
  private readonly listed = new Map<string, Promise<ReadonlySet<string>>>();

  /** The first of the paths that is there. Throws QUESTIONS_IMAGE. */
  async find(paths: Iterable<string>, place: string): Promise<string> {
    const tried: string[] = [];
    for (const path of paths) {
      tried.push(path);
      if ((await this.list(dirname(path))).has(basename(path))) return path;
    }
    throw new MdpdError('QUESTIONS_IMAGE', `there is no image ${basename(tried[0]!)}`, {
      place,
      allowed: [...new Set(tried.map((path) => dirname(path)))],
      fix: 'put the images into one of these folders',
    });
  }

  private list(folder: string): Promise<ReadonlySet<string>> {
    const known = this.listed.get(folder);
    if (known) return known;
    const names = readdir(folder).then(
      (found) => new Set(found),
      (error: unknown) => {
        if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return new Set<string>();
        throw error;
      },
    );
    this.listed.set(folder, names);
    return names;
  }
}
