/**
 * Who may ask. A page of another site can make a browser send requests to this machine: under a name of its own that
 * it lets point here (DNS rebinding), or from its own origin. Both are refused, as is being shown in another page.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { Refusal } from './refusal.ts';

type Guarded = Pick<IncomingMessage, 'headers' | 'method'>;

const hostPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/iu;

/** Whether an address is of this machine alone. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** The name in a Host header; undefined where it is none. The port is free: it may be forwarded from another one. */
function nameIn(header: string | undefined): string | undefined {
  return hostPattern
    .exec(header ?? '')?.[1]
    ?.replace(/^\[|\]$/gu, '')
    .toLowerCase();
}

/**
 * Whether a request under this name is meant for us. Of names only our own, which no stranger can have pointed here;
 * addresses as they are where the server listens to others than this machine.
 */
function isOwnName(name: string, bound: string): boolean {
  if (isLoopback(name)) return true;
  if (isLoopback(bound)) return false;
  const own = hostname().toLowerCase();
  return isIP(name) !== 0 || [bound.toLowerCase(), own, `${own}.local`].includes(name);
}

/**
 * Throws SERVE_HOST for a request under another name than ours, and SERVE_ORIGIN for one that another page sends.
 *
 * @param bound - address or name that the server listens on
 */
export function checkRequest({ headers, method }: Guarded, bound: string): void {
  const { host, origin } = headers;
  const name = nameIn(host);
  if (name === undefined || !isOwnName(name, bound)) {
    throw new Refusal(421, 'SERVE_HOST', 'this server does not answer under that name', {
      allowed: isLoopback(bound) ? 'localhost, 127.0.0.1, [::1]' : 'its address, or the name of its machine',
      fix: 'open the address that mdpd serve printed',
    });
  }
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers['sec-fetch-site'];
  const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (foreign || (origin !== undefined && !isSameOrigin(origin, host!))) {
    throw new Refusal(403, 'SERVE_ORIGIN', 'the request comes from a page of another origin', {
      allowed: 'requests of the page itself, and of programs that are no browsers',
    });
  }
}

function isSameOrigin(origin: string, host: string): boolean {
  const name = host.toLowerCase();
  return [`http://${name}`, `https://${name}`].includes(origin.toLowerCase());
}
