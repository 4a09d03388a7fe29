/** Names of repositories on the Hugging Face Hub: `hub:google-bert/bert-base-uncased@main`. */
import { MdpdError } from '@mdpd/core';

export type RepositoryType = 'model' | 'dataset';

export interface HubReference {
  /** `google-bert/bert-base-uncased`, or a name alone as the oldest repositories have. */
  readonly repository: string;
  /** Branch, tag, `refs/pr/1` or commit; absent: `main`. */
  readonly revision?: string;
}

export const HUB_PREFIX = 'hub:';

const MAXIMUM_NAME = 96;

export function isHubReference(text: string): boolean {
  return text.startsWith(HUB_PREFIX);
}

/** A name as the hub allows it. It becomes the name of a folder: nothing that leads out of one. */
function isRepository(name: string): boolean {
  const parts = name.split('/');
  const plain = (part: string): boolean => /^\w([\w.-]*\w)?$/.test(part) && !/--|\.\.|\.git$/.test(part);
  return name.length <= MAXIMUM_NAME && parts.length <= 2 && parts.every(plain);
}

/** A branch, tag, reference or commit. It becomes a path: nothing that leads out of a folder. */
function isRevision(revision: string): boolean {
  const parts = revision.split('/');
  return (
    revision.length <= 200 && parts.every((part) => /^[\w+-][\w.+-]*$/.test(part) && !/\.\.|\.$/.test(part))
  );
}

/** Whether a revision is a commit, which never changes. */
export function isCommit(revision: string | undefined): boolean {
  return revision !== undefined && /^[0-9a-f]{40}$/.test(revision);
}

export function formatHubReference({ repository, revision }: HubReference): string {
  return `${HUB_PREFIX}${repository}${revision === undefined ? '' : `@${revision}`}`;
}

/**
 * Reads `hub:org/name` or `hub:org/name@revision`.
 *
 * @param place - where it is written, for messages
 * @throws HUB_REFERENCE
 */
export function parseHubReference(text: string, place?: string): HubReference {
  const [repository = '', ...revisions] = text.slice(HUB_PREFIX.length).split('@');
  const revision = revisions.length > 0 ? revisions.join('@') : undefined;
  const fits = isRepository(repository) && (revision === undefined || isRevision(revision));
  if (!isHubReference(text) || !fits) {
    throw new MdpdError('HUB_REFERENCE', `"${text}" names no repository of the Hugging Face Hub`, {
      place,
      allowed: 'hub:ORGANIZATION/NAME, or hub:ORGANIZATION/NAME@REVISION with a branch, tag or commit',
      exitCode: 2,
    });
  }
  return { repository, ...(revision === undefined ? {} : { revision }) };
}
