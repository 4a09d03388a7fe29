/** Settings of the hub from the environment, under the names that Hugging Face's own tools give them. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { MdpdError } from '@mdpd/core';

export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  /** Only what is in the cache. */
  readonly offline: boolean;
  /** Folder of the cache: `models--org--name` and the like are in it. */
  readonly cache: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_ENDPOINT = 'https://huggingface.co';

const isTrue = (value: string | undefined): boolean => /^(1|on|yes|true)$/i.test(value ?? '');

/** What is set to nothing counts as not set. */
function valueOf(environment: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]?.trim()).find((value) => value);
}

function cacheFolder(environment: Environment): string {
  const home = (path: string): string => (/^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path);
  const cache = valueOf(environment, 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE');
  if (cache !== undefined) return home(cache);
  const general = valueOf(environment, 'XDG_CACHE_HOME') ?? join(homedir(), '.cache');
  return join(home(valueOf(environment, 'HF_HOME') ?? join(general, 'huggingface')), 'hub');
}

function endpointOf(environment: Environment): string {
  const endpoint = valueOf(environment, 'HF_ENDPOINT') ?? DEFAULT_ENDPOINT;
  const plain = /^https?:\/\/[^?#]+$/.test(endpoint) && URL.canParse(endpoint);
  if (plain) return endpoint.replace(/\/+$/, '');
  throw new MdpdError('HUB_SETTING', `HF_ENDPOINT is "${endpoint}"`, {
    place: 'environment variable HF_ENDPOINT',
    allowed: `an address such as ${DEFAULT_ENDPOINT}`,
    exitCode: 2,
  });
}

function tokenOf(environment: Environment): string | undefined {
  const token = valueOf(environment, 'HF_TOKEN');
  if (token === undefined || /^hf_\w+$/.test(token)) return token;
  throw new MdpdError('HUB_SETTING', 'HF_TOKEN is no access token', {
    place: 'environment variable HF_TOKEN',
    allowed: 'a token that begins with hf_, from https://huggingface.co/settings/tokens; or nothing',
    exitCode: 2,
  });
}

/**
 * HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HUB_CACHE and HF_HOME.
 *
 * @param offline - true: only the cache, whatever HF_HUB_OFFLINE says
 * @throws HUB_SETTING
 */
export function hubSettings(environment: Environment, offline = false): HubSettings {
  return {
    endpoint: endpointOf(environment),
    token: tokenOf(environment),
    offline: offline || isTrue(environment['HF_HUB_OFFLINE']),
    cache: cacheFolder(environment),
  };
}
