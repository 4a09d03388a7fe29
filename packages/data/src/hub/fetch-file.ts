/** Fetches a file of the hub into the cache: continued where it broke off, and checked against its hash. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MdpdError } from '@mdpd/core';
import type { HubCache } from './hub-cache.ts';
import { cacheFailure, type HubTarget } from './hub-errors.ts';
import type { HubConnection, HubFile } from './hub-request.ts';

/** Times that a transfer may break off without a byte of progress. */
const ATTEMPTS = 3;

/** Before the next attempt. */
const PAUSE_MILLISECONDS = 300;

/** SHA-256 for large files; for others Git's own hash of the content. */
function hashFor({ hash, size }: HubFile): Hash {
  if (hash.length === 64) return createHash('sha256');
  return createHash('sha1').update(`blob ${size}\0`);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function fits(path: string, file: HubFile): Promise<boolean> {
  if ((await sizeOf(path)) !== file.size) return false;
  const hash = hashFor(file);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex') === file.hash;
}

/** Appends what arrives, never more than the file has. */
async function append(
  connection: HubConnection,
  commit: string,
  file: HubFile,
  partial: string,
): Promise<void> {
  const handle = await open(partial, 'a');
  try {
    let { size } = await handle.stat();
    if (size >= file.size) return;
    for await (const chunk of await connection.bytes(commit, file, size)) {
      size += chunk.length;
      if (size > file.size) return;
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Appends until the file is there, again after a broken connection. Returns whether anything was there before a
 * request. Throws HUB_UNREACHABLE after several attempts without progress.
 */
async function complete(
  connection: HubConnection,
  commit: string,
  file: HubFile,
  partial: string,
): Promise<boolean> {
  let continued = false;
  for (let failures = 0; ;) {
    const before = await sizeOf(partial);
    continued ||= before > 0;
    try {
      await append(connection, commit, file, partial);
      return continued;
    } catch (error) {
      if (!(error instanceof MdpdError) || error.code !== 'HUB_UNREACHABLE') throw error;
      failures = (await sizeOf(partial)) > before ? 1 : failures + 1;
      if (failures >= ATTEMPTS) throw error;
      await wait(PAUSE_MILLISECONDS * failures);
    }
  }
}

function mismatch({ place, repository, settings }: HubTarget, file: HubFile): MdpdError {
  return new MdpdError('HUB_CHECKSUM', `${file.path} of ${repository} did not arrive as it is on the hub`, {
    place,
    allowed: `${file.size} bytes with the hash ${file.hash}`,
    fix: `try again: what arrived is thrown away; if that does not help, check what stands between here and ${settings.endpoint}`,
  });
}

/** The whole file, as its hash says; what was left of an earlier attempt may be at fault, but only once. */
async function arrive(
  connection: HubConnection,
  commit: string,
  file: HubFile,
  partial: string,
): Promise<void> {
  for (;;) {
    const continued = await complete(connection, commit, file, partial);
    if (await fits(partial, file)) return;
    await rm(partial, { force: true });
    if (!continued) throw mismatch(connection.target, file);
  }
}

/**
 * Makes a file part of a snapshot; it is fetched only if its content is not in the cache yet.
 *
 * @throws HUB_CHECKSUM, HUB_CACHE, and what requests throw
 */
export async function fetchFile(
  connection: HubConnection,
  cache: HubCache,
  commit: string,
  file: HubFile,
): Promise<void> {
  const blob = cache.blob(file.hash);
  // Not the name that Python's tools use: they might be writing it at this moment.
  const partial = `${blob}.mdpd-incomplete`;
  try {
    await mkdir(dirname(blob), { recursive: true });
    if ((await sizeOf(blob)) !== file.size) {
      await arrive(connection, commit, file, partial);
      await rename(partial, blob);
    }
    await cache.link(commit, file);
  } catch (error) {
    throw error instanceof MdpdError ? error : cacheFailure(connection.target, error);
  }
}
