/** Requests to the hub, through `@huggingface/hub`, with its failures turned into errors for people. */
import { MdpdError, messageOf, systemCode } from '@mdpd/core';
import type * as Hub from '@huggingface/hub';
import {
  badAnswer,
  forbidden,
  nameOf,
  networkReason,
  notFound,
  unreachable,
  type HubTarget,
} from './hub-errors.ts';
import { isCommit } from './hub-reference.ts';

type Library = typeof Hub;

/** A file of a repository. */
export interface HubFile {
  /** Relative, with "/"; never leads out of its folder. */
  readonly path: string;
  readonly size: number;
  /** Git's hash of a small file, SHA-256 of one in large file storage. */
  readonly hash: string;
}

/** Files and folders that a folder of a repository may have. */
const MAXIMUM_ENTRIES = 100_000;

/** Loads the optional package. Throws HUB_PACKAGE_MISSING. */
export async function loadHubLibrary(
  target: HubTarget,
  load: () => Promise<Library> = () => import('@huggingface/hub'),
): Promise<Library> {
  try {
    return await load();
  } catch (error) {
    if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new MdpdError('HUB_PACKAGE_MISSING', 'the package @huggingface/hub is not installed', {
      place: target.place,
      fix: 'npm install @huggingface/hub',
      exitCode: 2,
    });
  }
}

/** The error of an answer that refuses, see `hf_raise_for_status` of huggingface_hub. */
function refusal(target: HubTarget, response: Response): MdpdError {
  const { status, headers } = response;
  const code = headers.get('x-error-code');
  const said = headers.get('x-error-message') ?? '';
  if (code === 'GatedRepo')
    return forbidden(target, `the ${nameOf(target)} is only for those who were given access`);
  if (code === 'RevisionNotFound') {
    return notFound(target, `${target.repository} has no revision "${target.revision ?? 'main'}"`);
  }
  if (code === 'EntryNotFound') {
    return notFound(target, `the ${nameOf(target)} has no ${new URL(response.url).pathname}`);
  }
  const wrongToken =
    status === 401 && (/credentials/i.test(said) || (code === null && target.settings.token));
  if (wrongToken) return forbidden(target, 'the hub does not accept the token in HF_TOKEN');
  // For one who may not see a repository there is none.
  if (code === 'RepoNotFound' || status === 401 || status === 404) {
    return notFound(
      target,
      `there is no ${nameOf(target)} at ${target.settings.endpoint}, or it is private`,
      target.settings.token === undefined
        ? 'check the name; for a private one set HF_TOKEN'
        : 'check the name',
    );
  }
  if (status === 403)
    return forbidden(target, `the hub refuses the ${nameOf(target)}: ${said || 'status 403'}`);
  if (status === 429 || status >= 500)
    return unreachable(target, `it answers with status ${status}, try again later`);
  return badAnswer(target, `status ${status}${said && `: ${said}`}`);
}

export interface HubConnection {
  readonly target: HubTarget;
  /** The commit of a revision: `main` where the target names none. */
  commit(): Promise<string>;
  /** Entries of a folder, files and folders; undefined: there is no such folder. */
  list(commit: string, folder?: string, recursive?: boolean): Promise<HubListing | undefined>;
  /** Whether a commit has a file whose path fits. Looks at no more of a large repository than is needed. */
  hasFile(commit: string, fits: (path: string) => boolean): Promise<boolean>;
  /** The bytes of a file from a position on, as they arrive. */
  bytes(commit: string, file: HubFile, from: number): Promise<AsyncIterable<Uint8Array>>;
}

export interface HubListing {
  readonly files: readonly HubFile[];
  readonly folders: readonly string[];
}

/** Throws HUB_PACKAGE_MISSING; its functions HUB_NOT_FOUND, HUB_FORBIDDEN, HUB_UNREACHABLE, HUB_ANSWER, HUB_FILE_NAME. */
export async function connectHub(target: HubTarget): Promise<HubConnection> {
  const library = await loadHubLibrary(target);
  const { settings, type, repository } = target;
  const origin = new URL(settings.endpoint).origin;
  let failure: MdpdError | undefined;
  const request: typeof fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : input;
    const headers = new Headers(init?.headers);
    // The token is for the hub alone, not for where its answers point.
    if (new URL(url).origin !== origin) headers.delete('authorization');
    const response = await fetch(url, { ...init, headers }).catch((error: unknown) => {
      throw (failure = unreachable(target, networkReason(error), error));
    });
    if (!response.ok) throw (failure = refusal(target, response));
    return response;
  };
  const common = {
    hubUrl: settings.endpoint,
    fetch: request,
    ...(settings.token === undefined ? {} : { accessToken: settings.token }),
  };
  const repo = { type, name: repository } as const;
  /** The library passes some failures on as they are, some as texts, and some only when its answer is read. */
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    failure = undefined;
    try {
      return await work();
    } catch (error) {
      throw error instanceof MdpdError ? error : (failure ?? badAnswer(target, messageOf(error), error));
    }
  };
  return {
    target,
    commit: () =>
      guarded(async () => {
        const { revision = 'main' } = target;
        const wanted = { ...common, name: repository, revision };
        const { sha } =
          type === 'model'
            ? await library.modelInfo({ ...wanted, additionalFields: ['sha'] })
            : await library.datasetInfo({ ...wanted, additionalFields: ['sha'] });
        if (!isCommit(sha)) throw badAnswer(target, 'no commit');
        return sha;
      }),
    list: async (commit, folder, recursive = false) => {
      const query = { ...common, repo, revision: commit, recursive, ...(folder && { path: folder }) };
      try {
        return await guarded(() => collect(target, library.listFiles(query)));
      } catch (error) {
        const none = folder !== undefined && error instanceof MdpdError && error.code === 'HUB_NOT_FOUND';
        if (none) return undefined;
        throw error;
      }
    },
    hasFile: (commit, fits) =>
      guarded(async () => {
        let seen = 0;
        for await (const { type: kind, path } of library.listFiles({
          ...common,
          repo,
          revision: commit,
          recursive: true,
        })) {
          if (kind === 'file' && fits(path)) return true;
          if (++seen >= MAXIMUM_ENTRIES) break;
        }
        return false;
      }),
    bytes: (commit, { path, size }, from) =>
      guarded(async () => {
        // Plain HTTP with ranges: it can be continued, and every mirror speaks it.
        const blob = await library.downloadFile({ ...common, repo, path, revision: commit, xet: false });
        if (!blob) throw badAnswer(target, `no file ${path}`);
        if (blob.size !== size) throw badAnswer(target, `${path} has ${blob.size} bytes instead of ${size}`);
        const stream = (from > 0 ? blob.slice(from) : blob).stream();
        return arriving(target, stream, () => failure);
      }),
  };
}

async function* arriving(
  target: HubTarget,
  stream: ReadableStream<Uint8Array>,
  failure: () => MdpdError | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk;
  } catch (error) {
    throw failure() ?? unreachable(target, `the connection broke off (${networkReason(error)})`, error);
  }
}

async function collect(target: HubTarget, entries: AsyncIterable<Hub.ListFileEntry>): Promise<HubListing> {
  const files: HubFile[] = [];
  const folders: string[] = [];
  for await (const entry of entries) {
    if (files.length + folders.length >= MAXIMUM_ENTRIES) {
      throw badAnswer(target, `a folder with more than ${MAXIMUM_ENTRIES} entries`);
    }
    checkPath(target, entry.path);
    if (entry.type === 'directory') folders.push(entry.path);
    if (entry.type !== 'file') continue;
    const hash = entry.lfs?.oid ?? entry.oid ?? '';
    const size = entry.lfs?.size ?? entry.size;
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash) || !Number.isSafeInteger(size) || size < 0) {
      throw badAnswer(target, `no hash or size of ${JSON.stringify(entry.path)}`);
    }
    files.push({ path: entry.path, size, hash });
  }
  return { files, folders };
}

/** Names become paths in the cache: none leads out of it, on any platform. */
function checkPath(target: HubTarget, path: unknown): void {
  const parts = typeof path === 'string' ? path.split('/') : [''];
  const plain = (part: string): boolean =>
    part !== '' && part !== '.' && part !== '..' && !/[\\:\u0000-\u001f]/.test(part);
  if (parts.every(plain)) return;
  throw new MdpdError('HUB_FILE_NAME', `the ${nameOf(target)} has a file named ${JSON.stringify(path)}`, {
    place: target.place,
    allowed: 'relative names that stay in their folder',
  });
}
