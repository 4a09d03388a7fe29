/**
 * A hub on this machine, for tests: repositories in memory behind the protocol of huggingface.co, with a second server
 * where large files are, and with faults on demand.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedFile {
  readonly content: Uint8Array;
  /** Whether it is in large file storage, on the second server. */
  readonly large?: boolean;
}

export interface ServedRepository {
  readonly type: 'model' | 'dataset';
  readonly name: string;
  /** Commits by branch. */
  readonly branches: Readonly<Record<string, string>>;
  readonly commits: Readonly<Record<string, Readonly<Record<string, ServedFile>>>>;
  /** Only with this token, after its terms were accepted. */
  readonly gatedBy?: string;
}

export interface SeenRequest {
  readonly server: 'hub' | 'storage';
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** What goes wrong with the contents of files, in turn; `undefined` is nothing. */
export type Fault =
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'change' }
  | { readonly kind: 'longer' }
  | { readonly kind: 'whole' }
  | { readonly kind: 'status'; readonly status: number }
  | undefined;

export interface HubServer {
  readonly endpoint: string;
  readonly seen: SeenRequest[];
  /** Taken one by one by requests for contents. */
  readonly faults: Fault[];
  /** Answers of the API instead of its own, by the beginning of the path. */
  readonly answers: Map<string, (response: ServerResponse) => void>;
  repositories: ServedRepository[];
  close(): Promise<void>;
}

/** Entries of a page of a listing. */
const PAGE = 3;

export function gitHash(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export const hashOf = ({ content, large }: ServedFile): string =>
  large ? sha256(content) : gitHash(content);

function fail(response: ServerResponse, status: number, code?: string, message = code ?? ''): void {
  const headers = { ...(code && { 'x-error-code': code }), ...(message && { 'x-error-message': message }) };
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: message }));
}

function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(handle);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Sends a content or a range of it, with the fault whose turn it is. */
function sendContent(
  request: IncomingMessage,
  response: ServerResponse,
  file: ServedFile,
  faults: Fault[],
): void {
  const probe = request.headers.range === 'bytes=0-0';
  const fault = probe ? undefined : faults.shift();
  if (fault?.kind === 'status') return fail(response, fault.status);
  const range = fault?.kind === 'whole' ? null : /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const { content } = file;
  const [from, until] = range
    ? [Number(range[1]), Math.min(Number(range[2]) + 1, content.length)]
    : [0, content.length];
  if (range && from >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` });
    return void response.end();
  }
  let body = Buffer.from(content.subarray(from, until));
  if (fault?.kind === 'change') body[body.length >> 1]! ^= 1;
  if (fault?.kind === 'longer') body = Buffer.concat([body, Buffer.alloc(1000)]);
  response.writeHead(range ? 206 : 200, {
    etag: `"${hashOf(file)}"`,
    'accept-ranges': 'bytes',
    'content-length': body.length,
    ...(range && { 'content-range': `bytes ${from}-${until - 1}/${content.length}` }),
  });
  if (request.method === 'HEAD') return void response.end();
  if (fault?.kind !== 'cut') return void response.end(body);
  response.write(body.subarray(0, fault.after), () => setTimeout(() => response.destroy(), 20));
}

interface Place {
  readonly repository: ServedRepository;
  readonly commit: string;
  readonly files: Readonly<Record<string, ServedFile>>;
}

/** Finds what a path names, or answers as the hub does where there is none. */
function find(
  { repositories }: HubServer,
  [type, name, revision]: readonly [string, string, string],
  request: IncomingMessage,
  response: ServerResponse,
): Place | undefined {
  const repository = repositories.find((each) => each.name === name && each.type === type);
  if (!repository) return void fail(response, 401, 'RepoNotFound', 'Repository not found');
  const { authorization } = request.headers;
  if (repository.gatedBy !== undefined && authorization !== `Bearer ${repository.gatedBy}`) {
    if (authorization)
      return void fail(response, 401, undefined, 'Invalid credentials in Authorization header');
    return void fail(response, 401, 'GatedRepo', 'Access to this model is restricted');
  }
  const commit = repository.branches[decodeURIComponent(revision)] ?? revision;
  const files = repository.commits[commit];
  if (!files) return void fail(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
  return { repository, commit, files };
}

interface TreeEntry {
  readonly type: 'file' | 'directory';
  readonly path: string;
  readonly oid: string;
  readonly size: number;
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number };
}

function tree({ files }: Place, folder: string, recursive: boolean): TreeEntry[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const entries = new Map<string, TreeEntry>();
  for (const [path, file] of Object.entries(files)) {
    if (!path.startsWith(prefix)) continue;
    const parts = path.slice(prefix.length).split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const name = prefix + parts.slice(0, depth).join('/');
      if (depth === 1 || recursive)
        entries.set(name, { type: 'directory', path: name, oid: 'f'.repeat(40), size: 0 });
    }
    const { content, large } = file;
    const lfs = { oid: sha256(content), size: content.length, pointerSize: 130 };
    if (parts.length === 1 || recursive) {
      // The Git hash of a large file is that of its pointer.
      const oid = large ? gitHash(Buffer.from(`pointer to ${lfs.oid}`)) : gitHash(content);
      entries.set(path, { type: 'file', path, oid, size: content.length, ...(large && { lfs }) });
    }
  }
  return [...entries.values()];
}

function sendTree(hub: HubServer, place: Place, url: URL, folder: string, response: ServerResponse): void {
  const entries = tree(place, folder, url.searchParams.get('recursive') === 'true');
  if (folder !== '' && entries.length === 0) return fail(response, 404, 'EntryNotFound', 'Entry not found');
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const next = new URL(url.pathname + url.search, hub.endpoint);
  next.searchParams.set('cursor', String(from + PAGE));
  const more = entries.length > from + PAGE;
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(more && { link: `<${next.href}>; rel="next"` }),
  });
  response.end(JSON.stringify(entries.slice(from, from + PAGE)));
}

function answer(hub: HubServer, storage: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, hub.endpoint);
  const own = [...hub.answers].find(([beginning]) => url.pathname.startsWith(beginning));
  if (own) return own[1](response);
  const api = /^\/api\/(model|dataset)s\/([^/]+\/[^/]+)\/(revision|tree)\/([^/]+)\/?(.*)$/.exec(url.pathname);
  if (api) {
    const [, type, name, what, revision, folder] = api;
    const place = find(hub, [type!, name!, revision!], request, response);
    if (!place) return;
    if (what === 'tree') return sendTree(hub, place, url, decodeURIComponent(folder!), response);
    response.writeHead(200, { 'content-type': 'application/json' });
    return void response.end(JSON.stringify({ _id: '1', id: name, sha: place.commit, lastModified: 0 }));
  }
  const file = /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
  if (!file) return fail(response, 404);
  const [, dataset, name, revision, path] = file;
  const place = find(hub, [dataset ? 'dataset' : 'model', name!, revision!], request, response);
  if (!place) return;
  const found = place.files[decodeURIComponent(path!)];
  if (!found) return fail(response, 404, 'EntryNotFound', 'Entry not found');
  response.setHeader('x-repo-commit', place.commit);
  if (!found.large) return sendContent(request, response, found, hub.faults);
  response.setHeader('x-linked-size', found.content.length);
  response.setHeader('x-linked-etag', `"${sha256(found.content)}"`);
  response.writeHead(302, { location: `${storage}/${sha256(found.content)}` });
  response.end();
}

export async function startHub(...repositories: ServedRepository[]): Promise<HubServer> {
  const seen: SeenRequest[] = [];
  const note = (server: SeenRequest['server'], { method, url, headers }: IncomingMessage): void => {
    seen.push({
      server,
      method: method!,
      path: url!,
      range: headers.range,
      authorization: headers.authorization,
    });
  };
  const storage = await listen((request, response) => {
    note('storage', request);
    const files = hub.repositories.flatMap(({ commits }) =>
      Object.values(commits).flatMap((each) => Object.values(each)),
    );
    const file = files.find((each) => each.large && `/${sha256(each.content)}` === request.url);
    if (!file) return fail(response, 403);
    sendContent(request, response, file, hub.faults);
  });
  const server = await listen((request, response) => {
    note('hub', request);
    answer(hub, addressOf(storage), request, response);
  });
  const hub: HubServer = {
    endpoint: addressOf(server),
    seen,
    faults: [],
    answers: new Map(),
    repositories,
    close: async () => {
      for (const each of [server, storage]) {
        each.closeAllConnections();
        await new Promise((resolve) => each.close(resolve));
      }
    },
  };
  return hub;
}
