/** A repository of the hub at one commit, from the network or, where that is not there, from the cache. */
import { MdpdError } from '@mdpd/core';
import { fetchFile } from './fetch-file.ts';
import { hubCache, type HubCache } from './hub-cache.ts';
import { cacheFailure, notCached, type HubTarget } from './hub-errors.ts';
import {
  formatHubReference,
  isCommit,
  parseHubReference,
  type HubReference,
  type RepositoryType,
} from './hub-reference.ts';
import { connectHub, type HubConnection, type HubFile } from './hub-request.ts';
import { hubSettings } from './hub-settings.ts';

export interface HubOptions {
  /** Only the cache, as with HF_HUB_OFFLINE=1. */
  readonly offline?: boolean;
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where the reference is written, for messages. */
  readonly place?: string;
  /** Something is not as it was asked for, but works. */
  readonly warn?: (message: string) => void;
  /** Something that takes long begins. */
  readonly report?: (message: string) => void;
}

export interface HubSource {
  readonly target: HubTarget;
  readonly cache: HubCache;
  readonly options: HubOptions;
}

export function hubSource(
  type: RepositoryType,
  reference: string | HubReference,
  options: HubOptions,
): HubSource {
  const { environment = process.env, offline, place } = options;
  const parsed = typeof reference === 'string' ? parseHubReference(reference, place) : reference;
  const target: HubTarget = {
    type,
    ...parsed,
    settings: hubSettings(environment, offline),
    ...(place && { place }),
  };
  return { target, cache: hubCache(target), options };
}

/** Commit of the target as the cache knows it. */
export async function cachedCommit({ target, cache }: HubSource): Promise<string | undefined> {
  const { revision = 'main' } = target;
  return isCommit(revision) ? revision : cache.commitOf(revision);
}

/** Ways to the files of a target. */
export interface Ways<T> {
  /** From the cache alone. Undefined: not everything is there. */
  cached(commit: string): Promise<T | undefined>;
  /** Whether the cache is known to have everything of a commit, so that there is nothing to ask the hub for. */
  complete(commit: string): Promise<boolean>;
  /** From the network into the cache. */
  fetched(connection: HubConnection): Promise<T>;
  /** What is missing in the cache, for the message. */
  missing(commit: string): Promise<string>;
}

/**
 * A commit that is complete in the cache needs no network. Everything else asks the hub; where that cannot be reached
 * the cache will do, with a warning. Offline there is the cache only.
 *
 * @throws HUB_OFFLINE, HUB_UNREACHABLE, and what requests throw
 */
export async function openSource<T>(source: HubSource, ways: Ways<T>): Promise<T> {
  const { target } = source;
  const commit = await cachedCommit(source);
  const cached = commit === undefined ? undefined : await ways.cached(commit);
  if (target.settings.offline) {
    if (cached !== undefined) return cached;
    throw notCached(target, commit === undefined ? 'it was never fetched' : await ways.missing(commit));
  }
  if (cached !== undefined && isCommit(target.revision) && (await ways.complete(target.revision!)))
    return cached;
  try {
    return await ways.fetched(await connectHub(target));
  } catch (error) {
    if (cached === undefined) throw error;
    useCache(source, commit!, error);
    return cached;
  }
}

/** The commit in the cache, with a warning that the hub cannot be asked. Throws every other error as it is. */
export function useCache({ target, options }: HubSource, commit: string, error: unknown): string {
  const codes = ['HUB_UNREACHABLE', 'HUB_PACKAGE_MISSING'];
  if (!(error instanceof MdpdError) || !codes.includes(error.code)) throw error;
  options.warn?.(
    `${error.message}; ${formatHubReference(target)} is used as it is in the cache, at ${commit}`,
  );
  return commit;
}

/** Fetches files that are not in the cache yet, one after the other. */
export async function fetchFiles(
  { cache, options }: HubSource,
  connection: HubConnection,
  commit: string,
  files: readonly HubFile[],
): Promise<void> {
  for (const file of files) {
    if (await cache.hasWhole(commit, file)) continue;
    const megabytes = file.size / 1e6;
    if (megabytes >= 1) {
      options.report?.(
        `fetching ${file.path} of ${connection.target.repository}, ${Math.round(megabytes)} MB`,
      );
    }
    await fetchFile(connection, cache, commit, file);
  }
}

/** Notes that a revision is a commit, once everything is there. */
export async function rememberCommit({ target, cache }: HubSource, commit: string): Promise<void> {
  const { revision = 'main' } = target;
  if (isCommit(revision)) return;
  await cache.setCommit(revision, commit).catch((error: unknown) => {
    throw cacheFailure(target, error);
  });
}
