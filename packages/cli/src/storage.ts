/** Where mdpd writes: the working directory, its runs, and the cache of what is fetched. */
import { existsSync, lstatSync, mkdtempSync, readdirSync, rmdirSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '@mdpd/core';
import { hubSettings } from '@mdpd/data/hub/hub-settings';

export interface Place {
  readonly folder: string;
  readonly exists: boolean;
  /** Whether files can be made in it, or it can be made. */
  readonly writable: boolean;
  /** What the disk has left for this user; null where the system does not tell. */
  readonly freeBytes: number | null;
}

export interface Storage {
  readonly directory: Place;
  /** `runs` of the working directory. */
  readonly runs: Place;
  readonly hub: Hub;
}

export interface Hub extends Place {
  /** What its files take. */
  readonly bytes: number;
  readonly endpoint: string | null;
  readonly offline: boolean;
  /** What is wrong with the settings. */
  readonly problem: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function readStorage(directory: string, environment: Environment = process.env): Storage {
  return {
    directory: lookAt(directory),
    runs: lookAt(path.join(directory, 'runs')),
    hub: readHub(environment),
  };
}

function readHub(environment: Environment): Hub {
  // The folder does not depend on what may be wrong.
  const { cache, offline } = hubSettings({ ...environment, HF_ENDPOINT: undefined, HF_TOKEN: undefined });
  const place = { ...lookAt(path.resolve(cache)), bytes: bytesBelow(path.resolve(cache)), offline };
  try {
    return { ...place, endpoint: hubSettings(environment).endpoint, problem: null };
  } catch (thrown) {
    return { ...place, endpoint: null, problem: messageOf(thrown) };
  }
}

/** A folder, or what would be made there: the nearest one that exists decides. */
export function lookAt(folder: string): Place {
  const exists = existsSync(folder);
  let nearest = folder;
  while (!existsSync(nearest) && nearest !== path.dirname(nearest)) nearest = path.dirname(nearest);
  return { folder, exists, writable: isWritable(nearest), freeBytes: freeBytes(nearest) };
}

/** Tries it, with a folder that is removed at once: permissions alone say little about file systems, quotas and root. */
function isWritable(folder: string): boolean {
  try {
    rmdirSync(mkdtempSync(path.join(folder, '.mdpd-doctor-')));
    return true;
  } catch {
    return false;
  }
}

function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** Bytes of the files below a folder; links (the snapshots of the cache) count nothing. */
export function bytesBelow(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = path.join(folder, entry.name);
      if (entry.isDirectory()) bytes += bytesBelow(at);
      else if (entry.isFile()) bytes += lstatSync(at).size;
    }
  } catch {
    // What cannot be read, or goes away meanwhile, counts nothing.
  }
  return bytes;
}
