/** Opens a split of a data set of the Hugging Face Hub: its Parquet files. */
import { join } from 'node:path';
import { MdpdError } from '@mdpd/core';
import { nameOf, notCached, notFound } from './hub-errors.ts';
import { formatHubReference, parseHubReference, type HubReference } from './hub-reference.ts';
import { connectHub, type HubConnection } from './hub-request.ts';
import {
  cachedCommit,
  fetchFiles,
  hubSource,
  openSource,
  rememberCommit,
  useCache,
  type HubOptions,
  type HubSource,
} from './hub-snapshot.ts';
import { CONVERTED, foldersOf, parquetFiles, splitsIn, type SplitQuery } from './parquet-files.ts';

/** A split of a data set of the hub, fetched. */
export interface HubSplit {
  /** Paths of the Parquet files, in order. */
  readonly files: readonly string[];
  /** The commit. */
  readonly revision: string;
  /** The same data for ever: `hub:org/name@commit`. */
  readonly reference: string;
}

/** Names become paths. */
function checkName(what: string, name: string, place?: string): void {
  if (/^[^/\\:*?#%"<>|]{1,100}$/.test(name) && !/^\.+$/.test(name)) return;
  throw new MdpdError('HUB_REFERENCE', `"${name}" is no name of a ${what} of a data set`, {
    place,
    allowed: 'a name without "/"',
    exitCode: 2,
  });
}

/**
 * Makes the Parquet files of a split available in the cache. Where no revision is named they are looked for on `main`,
 * then on the branch where the hub keeps what it converted itself.
 *
 * @param config - `sst2` of GLUE; `default` for data sets that have only one
 * @throws what `openHubModel` throws; HUB_NOT_FOUND also where there is no such configuration or split
 */
export async function openHubDataset(
  reference: string | HubReference,
  config: string,
  split: string,
  options: HubOptions = {},
): Promise<HubSplit> {
  checkName('configuration', config, options.place);
  checkName('split', split, options.place);
  const { source, alternative } = revisionsOf(reference, options);
  try {
    return await openSplit(source, { config, split });
  } catch (error) {
    if (alternative === undefined || !isElsewhere(error)) throw error;
    return await openSplit(alternative, { config, split }).catch((second: unknown) => {
      // What is said about `main` helps more.
      throw isElsewhere(second) ? error : second;
    });
  }
}

/** Whether something else may be found where this was not. */
function isElsewhere(error: unknown): boolean {
  const codes = ['HUB_NOT_FOUND', 'HUB_OFFLINE', 'HUB_UNREACHABLE', 'HUB_PACKAGE_MISSING'];
  return error instanceof MdpdError && codes.includes(error.code);
}

/** The data set as it is named, and, where no revision is named, its converted form. */
function revisionsOf(
  reference: string | HubReference,
  options: HubOptions,
): { readonly source: HubSource; readonly alternative: HubSource | undefined } {
  const parsed = typeof reference === 'string' ? parseHubReference(reference, options.place) : reference;
  const source = hubSource('dataset', parsed, options);
  if (parsed.revision !== undefined) return { source, alternative: undefined };
  return { source, alternative: hubSource('dataset', { ...parsed, revision: CONVERTED }, options) };
}

async function openSplit(source: HubSource, query: SplitQuery): Promise<HubSplit> {
  const { cache, target } = source;
  const opened = (commit: string, paths: readonly string[]): HubSplit => ({
    files: paths.map((path) => join(cache.snapshot(commit), ...path.split('/'))),
    revision: commit,
    reference: formatHubReference({ repository: target.repository, revision: commit }),
  });
  const cached = async (commit: string): Promise<HubSplit | undefined> => {
    const paths = parquetFiles(await cachedPaths(source, commit, query), query);
    return paths && opened(commit, paths);
  };
  return openSource(source, {
    cached,
    // Parts are fetched last one first: where the first is there, all are.
    complete: () => Promise.resolve(true),
    fetched: async (connection) => {
      const { commit, paths } = await fetchSplit(source, connection, query);
      return opened(commit, paths);
    },
    missing: (commit) =>
      Promise.resolve(`the split ${query.split} of ${query.config} of commit ${commit} is not there`),
  });
}

/** Paths of files of a configuration, as far as they are in the cache. */
async function cachedPaths(
  { cache }: HubSource,
  commit: string,
  { config, split }: SplitQuery,
): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of foldersOf(config).flatMap((name) => [name, `${name}/${split}`])) {
    for (const name of await cache.names(commit, folder)) {
      const path = `${folder}/${name}`;
      if (await cache.has(commit, path)) paths.push(path);
    }
  }
  return paths;
}

async function fetchSplit(
  source: HubSource,
  connection: HubConnection,
  query: SplitQuery,
): Promise<{ commit: string; paths: readonly string[] }> {
  const commit = await connection.commit();
  const files = (
    await Promise.all(foldersOf(query.config).map((folder) => connection.list(commit, folder, true)))
  ).flatMap((listing) => listing?.files ?? []);
  const all = files.map(({ path }) => path);
  const paths = parquetFiles(all, query);
  if (paths === undefined) throw await noSplit(connection, commit, query, splitsIn(all, query.config));
  const byPath = new Map(files.map((file) => [file.path, file]));
  const wanted = paths.map((path) => byPath.get(path)!);
  await fetchFiles(source, connection, commit, wanted.reverse());
  await rememberCommit(source, commit);
  return { commit, paths };
}

async function noSplit(
  { target, list }: HubConnection,
  commit: string,
  { config, split }: SplitQuery,
  splits: readonly string[],
): Promise<MdpdError> {
  if (splits.length > 0) {
    return notFound(
      target,
      `the ${nameOf(target)} has no split "${split}" of "${config}"`,
      undefined,
      splits,
    );
  }
  const folders = (await list(commit))?.folders ?? [];
  return notFound(target, `the ${nameOf(target)} has no Parquet files of "${config}"`, undefined, folders);
}

/**
 * The reference with the commit that `openHubDataset` would read, so that a recipe names the same data for ever.
 * Nothing but names is fetched.
 *
 * @throws what `openHubModel` throws
 */
export async function pinHubDataset(
  reference: string | HubReference,
  options: HubOptions = {},
): Promise<string> {
  const { source, alternative } = revisionsOf(reference, options);
  const { target } = source;
  const pinned = (commit: string): string =>
    formatHubReference({ repository: target.repository, revision: commit });
  const cached = (await cachedCommit(source)) ?? (alternative && (await cachedCommit(alternative)));
  if (cached !== undefined && (cached === target.revision || target.settings.offline)) return pinned(cached);
  if (target.settings.offline) throw notCached(target, 'it was never fetched');
  try {
    const connection = await connectHub(target);
    const commit = await connection.commit();
    const has =
      alternative === undefined || (await connection.hasFile(commit, (path) => path.endsWith('.parquet')));
    return pinned(has ? commit : await (await connectHub(alternative.target)).commit());
  } catch (error) {
    if (cached === undefined) throw error;
    return pinned(useCache(source, cached, error));
  }
}
