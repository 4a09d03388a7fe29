/** What is said where the hub does not give what is asked for. */
import { MdpdError, messageOf, systemCode } from '@mdpd/core';
import type { HubReference, RepositoryType } from './hub-reference.ts';
import type { HubSettings } from './hub-settings.ts';

/** A repository, where its name is written, and how the hub is reached. */
export interface HubTarget extends HubReference {
  readonly type: RepositoryType;
  readonly settings: HubSettings;
  /** Where it is named, for messages: a line of a recipe. */
  readonly place?: string;
}

const words: Record<RepositoryType, string> = { model: 'model', dataset: 'data set' };

/** `model google-bert/bert-base-uncased`, with its revision where one is named. */
export function nameOf({ type, repository, revision }: HubTarget): string {
  return `${words[type]} ${repository}${revision === undefined ? '' : ` (${revision})`}`;
}

/** Page of the repository, for people. */
function pageOf({ type, repository, settings }: HubTarget): string {
  return `${settings.endpoint}/${type === 'dataset' ? 'datasets/' : ''}${repository}`;
}

/** The command of Hugging Face's own tool that puts the repository into the cache. */
export function fetchCommand({ type, repository, revision }: HubTarget): string {
  const kind = type === 'dataset' ? ' --repo-type dataset' : '';
  return `hf download ${repository}${kind}${revision === undefined ? '' : ` --revision ${revision}`}`;
}

export function notFound(
  target: HubTarget,
  message: string,
  fix?: string,
  allowed?: readonly string[],
): MdpdError {
  return new MdpdError('HUB_NOT_FOUND', message, {
    place: target.place,
    allowed: allowed && allowed.length > 0 ? allowed : undefined,
    fix: fix ?? `look at ${pageOf(target)}`,
    exitCode: 2,
  });
}

export function forbidden(target: HubTarget, message: string): MdpdError {
  const { settings, place } = target;
  const token =
    settings.token === undefined
      ? 'set HF_TOKEN to a token from https://huggingface.co/settings/tokens'
      : 'check that the token in HF_TOKEN is valid and may read it';
  return new MdpdError('HUB_FORBIDDEN', message, {
    place,
    fix: `ask for access at ${pageOf(target)}, then ${token}`,
  });
}

export function unreachable(target: HubTarget, reason: string, cause?: unknown): MdpdError {
  const { settings, place } = target;
  return new MdpdError('HUB_UNREACHABLE', `${settings.endpoint} cannot be reached: ${reason}`, {
    place,
    fix:
      'check the network; behind a mirror set HF_ENDPOINT; or fetch it where there is a network, ' +
      `\`${fetchCommand(target)}\`, and copy the cache ${settings.cache} here`,
    cause,
  });
}

export function notCached(target: HubTarget, what: string): MdpdError {
  const { settings, place } = target;
  return new MdpdError('HUB_OFFLINE', `the ${nameOf(target)} is not in the cache: ${what}`, {
    place: place ?? settings.cache,
    allowed: `offline, only what is in ${settings.cache}`,
    fix: `fetch it while there is a network: without HF_HUB_OFFLINE, or with \`${fetchCommand(target)}\``,
  });
}

/** The hub answers something that is not its protocol. */
export function badAnswer(target: HubTarget, message: string, cause?: unknown): MdpdError {
  const { settings, place } = target;
  return new MdpdError('HUB_ANSWER', `${settings.endpoint} answers what a hub does not: ${message}`, {
    place,
    fix: 'check HF_ENDPOINT, and whether a proxy or a sign-in page stands between',
    cause,
  });
}

/** The cache cannot be written. */
export function cacheFailure(target: HubTarget, error: unknown): MdpdError {
  const { settings, place } = target;
  const full = ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
  return new MdpdError('HUB_CACHE', `the cache ${settings.cache} cannot be written: ${messageOf(error)}`, {
    place,
    fix: full ? 'free space, or name another folder in HF_HUB_CACHE' : 'name another folder in HF_HUB_CACHE',
    cause: error,
  });
}

/** The system's reason for a failed request: fetch says it in the cause of the cause. */
export function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  return inner === undefined ? messageOf(error) : messageOf(inner) || (systemCode(inner) ?? messageOf(error));
}
