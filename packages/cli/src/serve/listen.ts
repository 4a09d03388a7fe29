/** Takes an address, and gives it back. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MdpdError, messageOf, systemCode } from '@mdpd/core';

/**
 * Listens, and gives the port: another one than asked for where that is 0.
 * @throws SERVE_PORT where it is in use or not for this user, SERVE_ADDRESS where this machine does not have the host
 */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (thrown) {
    throw listenError(thrown, port, host);
  }
}

function listenError(thrown: unknown, port: number, host: string): MdpdError {
  const code = systemCode(thrown);
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const problem = code === 'EACCES' ? 'may not be used by this user' : 'is in use';
    return new MdpdError('SERVE_PORT', `port ${port} of ${host} ${problem}`, {
      place: '--port',
      fix: `take another one, --port ${nextPort(port)}, or --port 0 for any that is free`,
      exitCode: 2,
      cause: thrown,
    });
  }
  return new MdpdError('SERVE_ADDRESS', `this machine cannot listen on ${host}: ${messageOf(thrown)}`, {
    place: '--host',
    allowed: 'an address or a name of this machine: 127.0.0.1, localhost, 0.0.0.0 for all',
    exitCode: 2,
    cause: thrown,
  });
}

function nextPort(port: number): number {
  return port < 1024 ? 7860 : port < 65_535 ? port + 1 : 7860;
}

/** The address of the page, as a browser opens it. */
export function addressOf(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}/`;
}

/** Ends a server: also connections that are open, whose requests are not answered any more. */
export async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
