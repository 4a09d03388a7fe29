import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { addressOf, close, listen } from './listen.ts';

const servers = [createServer(), createServer()] as const;
afterEach(() => Promise.all(servers.map(close)));

it('takes any port that is free, and says which', async () => {
  expect(await listen(servers[0], 0, '127.0.0.1')).toBeGreaterThan(0);
});

it('says what to do where the port is in use', async () => {
  const port = await listen(servers[0], 0, '127.0.0.1');
  await expect(listen(servers[1], port, '127.0.0.1')).rejects.toMatchObject({
    code: 'SERVE_PORT',
    message: `port ${port} of 127.0.0.1 is in use`,
    fix: expect.stringMatching(/^take another one, --port \d+, or --port 0 for any that is free$/u),
    exitCode: 2,
  });
});

it('says where this machine does not have the address', async () => {
  await expect(listen(servers[0], 0, '192.0.2.1')).rejects.toMatchObject({
    code: 'SERVE_ADDRESS',
    exitCode: 2,
  });
});

it('writes addresses as browsers open them', () => {
  expect(['127.0.0.1', '0.0.0.0', '::', '::1', 'box.example'].map((host) => addressOf(host, 80))).toEqual([
    'http://127.0.0.1:80/',
    'http://localhost:80/',
    'http://localhost:80/',
    'http://[::1]:80/',
    'http://box.example:80/',
  ]);
});

it('closes also while a connection is open', async () => {
  const [server] = servers;
  const port = await listen(server, 0, '127.0.0.1');
  server.on('request', () => undefined);
  const asked = fetch(`http://127.0.0.1:${port}/`).catch((thrown: unknown) => thrown);
  await new Promise((resolve) => server.once('request', resolve));
  await close(server);
  expect(await asked).toBeInstanceOf(TypeError);
});
