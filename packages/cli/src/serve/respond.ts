/** Answers of the server, each with the headers that keep a browser from doing more with it than is meant. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const;

/** Of everything that is no page: it may load nothing, wherever it is opened. */
const closedPolicy = "default-src 'none'; frame-ancestors 'none'";

/** What is sent. */
export interface Answer {
  readonly status?: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Content security policy, default: nothing may be loaded. */
  readonly policy?: string;
}

/** Sends an answer that is not to be kept. */
export function send(response: ServerResponse, { status = 200, type, body, headers, policy }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    ...always,
    'content-security-policy': policy ?? closedPolicy,
    'cache-control': 'no-store',
    'content-type': type,
    'content-length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

/** Sends JSON, indented as the command prints it. */
export function sendJson(
  response: ServerResponse,
  value: unknown,
  { status, headers }: Pick<Answer, 'status' | 'headers'> = {},
): void {
  const body = `${JSON.stringify(value, undefined, 2)}\n`;
  send(response, { status, headers, type: 'application/json; charset=utf-8', body });
}

/** A file of ours, known before any request came. */
export interface ServedFile {
  readonly file: string;
  readonly type: string;
  /** Changes whenever the content does: with it a browser asks again and takes what it has. */
  readonly version: string;
}

/** Sends a file, or says that the browser's own copy is still right. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { file, type, version }: ServedFile,
): Promise<void> {
  const tag = `"${version}"`;
  const headers = {
    ...always,
    'content-security-policy': closedPolicy,
    'cache-control': 'no-cache',
    etag: tag,
  };
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304, headers).end();
    return;
  }
  const { size } = await stat(file);
  response.writeHead(200, { ...headers, 'content-type': type, 'content-length': size });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await pipeline(createReadStream(file), response);
}
