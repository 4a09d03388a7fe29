/** Opens a model of the Hugging Face Hub: its configuration, weights, tokenizer and preprocessor, and nothing else. */
import { listWeights, weightNames } from '@mdpd/tensor/open-checkpoint';
import { cacheFailure, nameOf, notFound } from './hub-errors.ts';
import { formatHubReference, type HubReference } from './hub-reference.ts';
import type { HubConnection, HubFile } from './hub-request.ts';
import {
  fetchFiles,
  hubSource,
  openSource,
  rememberCommit,
  type HubOptions,
  type HubSource,
} from './hub-snapshot.ts';

export interface HubModel {
  /** With the files; read only, as others use it too. */
  readonly folder: string;
  /** The commit. */
  readonly revision: string;
  /** The same model for ever: `hub:org/name@commit`. */
  readonly reference: string;
}

const CONFIG = 'config.json';

/** Files beside configuration and weights, where the repository has them. */
const companions: readonly string[] = [
  'preprocessor_config.json',
  'processor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
  'spiece.model',
  'sentencepiece.bpe.model',
];

/**
 * Makes the files of a model available in the cache, and gives the folder that they are in. Files that other tools put
 * there are used; only what is missing is fetched.
 *
 * @throws HUB_REFERENCE, HUB_SETTING, HUB_PACKAGE_MISSING, HUB_NOT_FOUND, HUB_FORBIDDEN, HUB_UNREACHABLE, HUB_OFFLINE,
 * HUB_ANSWER, HUB_CHECKSUM, HUB_FILE_NAME, HUB_CACHE, CHECKPOINT_INDEX
 */
export async function openHubModel(
  reference: string | HubReference,
  options: HubOptions = {},
): Promise<HubModel> {
  const source = hubSource('model', reference, options);
  const { cache, target } = source;
  const model = (commit: string): HubModel => ({
    folder: cache.snapshot(commit),
    revision: commit,
    reference: formatHubReference({ repository: target.repository, revision: commit }),
  });
  return openSource(source, {
    cached: async (commit) => ((await missingFiles(source, commit)).length === 0 ? model(commit) : undefined),
    complete: (commit) => knowsAll(source, commit),
    fetched: async (connection) => model(await fetchModel(source, connection)),
    missing: async (commit) =>
      `${(await missingFiles(source, commit)).join(', ')} of commit ${commit} is not there`,
  });
}

/** What the cache lacks to build a model. */
async function missingFiles({ cache }: HubSource, commit: string): Promise<string[]> {
  const missing = (await cache.has(commit, CONFIG)) ? [] : [CONFIG];
  const weights = await listWeights(cache.snapshot(commit));
  if (weights === undefined) return [...missing, weightNames[0]!];
  for (const name of weights) if (!(await cache.has(commit, name))) missing.push(name);
  return missing;
}

/** Whether of every file that would be fetched it is known that it is there, or that the repository has none. */
async function knowsAll({ cache }: HubSource, commit: string): Promise<boolean> {
  const known = async (name: string): Promise<boolean> =>
    (await cache.has(commit, name)) || (await cache.isAbsent(commit, name));
  for (const name of companions) if (!(await known(name))) return false;
  for (const name of weightNames) {
    if (await cache.has(commit, name)) return true;
    if (!(await cache.isAbsent(commit, name))) return false;
  }
  return false;
}

async function fetchModel(source: HubSource, connection: HubConnection): Promise<string> {
  const { target, cache } = source;
  const commit = await connection.commit();
  const listing = await connection.list(commit);
  const files = new Map((listing?.files ?? []).map((file) => [file.path, file]));
  const config = files.get(CONFIG);
  if (!config) throw notFound(target, `the ${nameOf(target)} has no ${CONFIG}`);
  const weights = weightNames.find((name) => files.has(name));
  if (weights === undefined) {
    throw notFound(target, `the ${nameOf(target)} has no weights that are read`, undefined, weightNames);
  }
  const others = companions.flatMap((name) => files.get(name) ?? []);
  await fetchFiles(source, connection, commit, [config, ...others, files.get(weights)!]);
  await fetchFiles(source, connection, commit, await shardFiles(source, commit, files));
  try {
    const absent = [...companions, ...weightNames].filter((name) => !files.has(name));
    for (const name of absent) await cache.setAbsent(commit, name);
  } catch (error) {
    throw cacheFailure(target, error);
  }
  await rememberCommit(source, commit);
  return commit;
}

/** The shards that an index names. It has been fetched. */
async function shardFiles(
  { target, cache }: HubSource,
  commit: string,
  files: ReadonlyMap<string, HubFile>,
): Promise<HubFile[]> {
  const [, ...shards] = (await listWeights(cache.snapshot(commit))) ?? [];
  return shards.map((name) => {
    const file = files.get(name);
    if (!file) throw notFound(target, `the ${nameOf(target)} has no ${name}, which its index names`);
    return file;
  });
}
