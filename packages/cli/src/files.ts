/** Files: reading JSON of strangers, writing whole or not at all, and disk errors in words. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@mdpd/core';
import { MdpdError, messageOf, systemCode } from '@mdpd/core';
import { jsonDepth } from '@mdpd/data/text/untrusted-json';

/** Larger JSON files are not read: tokenizers of large vocabularies have about 30 MB. */
const maximumJsonBytes = 64_000_000;
/** What walks through a value calls itself for every level. */
const deepestJson = 64;

/** Throws FILE_NOT_FOUND, FILE_UNREADABLE, FILE_TOO_LARGE or JSON_INVALID (with line and column). */
export function readJson(file: string): JsonObject {
  const text = readText(file, maximumJsonBytes);
  const depth = jsonDepth(Buffer.from(text));
  if (depth > deepestJson) {
    throw new MdpdError('JSON_INVALID', `lists and objects are ${depth} deep`, {
      place: file,
      allowed: `at most ${deepestJson} levels`,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new MdpdError('JSON_INVALID', `not valid JSON: ${plainReason(thrown)}`, {
      place: placeIn(file, text, thrown),
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MdpdError('JSON_INVALID', 'the file does not hold a JSON object', { place: file });
  }
  return value as JsonObject;
}

/** The text of a file of at most `limit` bytes. Throws FILE_NOT_FOUND, FILE_UNREADABLE or FILE_TOO_LARGE. */
export function readText(file: string, limit: number): string {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const { size } = fstatSync(handle);
    if (size > limit) {
      throw new MdpdError('FILE_TOO_LARGE', `the file has ${size} bytes`, {
        place: file,
        allowed: `at most ${limit} bytes`,
      });
    }
    const buffer = Buffer.alloc(size);
    let length = 0;
    for (let got = 1; got > 0 && length < size; length += got)
      got = readSync(handle, buffer, length, size - length, null);
    return buffer.toString('utf8', 0, length);
  } catch (thrown) {
    if (thrown instanceof MdpdError) throw thrown;
    if (systemCode(thrown) === 'ENOENT') {
      throw new MdpdError('FILE_NOT_FOUND', `there is no file ${file}`, { cause: thrown });
    }
    throw new MdpdError('FILE_UNREADABLE', `cannot be read: ${messageOf(thrown)}`, {
      place: file,
      cause: thrown,
    });
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** V8's message without its quotation of the text. */
function plainReason(thrown: unknown): string {
  return messageOf(thrown)
    .replace(/, ?(\.{3})?".*$/s, '')
    .replace(/ in JSON at position.*$/s, '');
}

function placeIn(file: string, text: string, thrown: unknown): string {
  const position = /position (\d+)/.exec(messageOf(thrown))?.[1];
  if (position === undefined) return file;
  const before = text.slice(0, Number(position)).split('\n');
  return `${file}:${before.length}:${before.at(-1)!.length + 1}`;
}

/** Writes a file so that it is there whole or not at all, also after a crash. Throws as `diskError` says. */
export function writeWhole(file: string, data: string | Uint8Array): void {
  const unfinished = `${file}.tmp-${process.pid}`;
  try {
    writeDurably(unfinished, data);
    renameSync(unfinished, file);
    syncFolder(path.dirname(file));
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    throw diskError(thrown, file);
  }
}

/** Writes a file and waits until the disk has it. */
export function writeDurably(file: string, data: string | Uint8Array): void {
  const handle = openSync(file, 'w');
  try {
    writeFileSync(handle, data);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Waits until the disk has a folder's own entries: a file that was renamed is not found after a crash otherwise. */
export function syncFolder(folder: string): void {
  let handle: number | undefined;
  try {
    handle = openSync(folder, 'r');
    fsyncSync(handle);
  } catch (thrown) {
    // Windows, and some file systems, do not know this.
    if (systemCode(thrown) === 'EIO') throw thrown;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Removes from a folder what unfinished writes of processes that were killed left behind. */
export function removeUnfinished(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (/\.tmp-\w+$/.test(name)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/** What a failed write means: DISK_FULL, or WRITE_FAILED with the system's reason. */
export function diskError(thrown: unknown, place: string): MdpdError {
  const code = systemCode(thrown instanceof MdpdError ? thrown.cause : thrown);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    const reason = {
      ENOSPC: 'the disk is full',
      EDQUOT: 'the disk quota is used up',
      EFBIG: 'the file size limit is reached',
    };
    return new MdpdError('DISK_FULL', `cannot write: ${reason[code]}`, {
      place,
      fix: 'free space, or choose another folder with --out',
      cause: thrown,
    });
  }
  if (thrown instanceof MdpdError) return thrown;
  return new MdpdError('WRITE_FAILED', `cannot write: ${messageOf(thrown)}`, { place, cause: thrown });
}
