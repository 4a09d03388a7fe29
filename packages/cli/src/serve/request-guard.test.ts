import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { checkRequest, isLoopback } from './request-guard.ts';

/** What a request is refused with; nothing where it is not. */
function refusal(bound: string, headers: Record<string, string>, method = 'GET'): string | undefined {
  try {
    checkRequest({ headers, method }, bound);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

it.each(['localhost', 'localhost:7860', '127.0.0.1:1', '127.8.9.1', '[::1]:7860', 'LOCALHOST:7860'])(
  'answers on this machine under %s',
  (host) => {
    expect(refusal('127.0.0.1', { host })).toBeUndefined();
    expect(refusal('0.0.0.0', { host })).toBeUndefined();
  },
);

it.each([
  'evil.example',
  'localhost.evil.example:7860',
  '127.0.0.1.evil.example',
  'localhost@evil.example',
  'evil.example/localhost',
  '192.168.0.7',
  '[2001:db8::1]',
  '[::1',
  'localhost:port',
  ' ',
  '',
])('refuses the name "%s" on this machine alone', (host) => {
  expect(refusal('127.0.0.1', { host })).toBe('SERVE_HOST');
});

it('refuses a request without a name', () => {
  expect(refusal('127.0.0.1', {})).toBe('SERVE_HOST');
});

it('answers others by address or own name, never under a name that they chose', () => {
  for (const host of ['192.168.0.7:7860', '[2001:db8::1]', hostname(), `${hostname()}.local:7860`])
    expect(refusal('0.0.0.0', { host }), host).toBeUndefined();
  expect(refusal('box.example', { host: 'box.example:7860' })).toBeUndefined();
  expect(refusal('0.0.0.0', { host: 'rebound.example' })).toBe('SERVE_HOST');
});

it('takes what is posted by its own page and by programs', () => {
  const host = 'localhost:7860';
  expect(refusal('127.0.0.1', { host }, 'POST')).toBeUndefined();
  expect(refusal('127.0.0.1', { host, origin: 'http://localhost:7860' }, 'POST')).toBeUndefined();
  const same = { host, origin: 'http://localhost:7860', 'sec-fetch-site': 'same-origin' };
  expect(refusal('127.0.0.1', same, 'POST')).toBeUndefined();
});

it.each(['http://evil.example', 'null', 'http://localhost:8080', 'http://localhost:7860.evil.example', ''])(
  'refuses what a page of "%s" posts',
  (origin) => {
    expect(refusal('127.0.0.1', { host: 'localhost:7860', origin }, 'POST')).toBe('SERVE_ORIGIN');
    expect(refusal('127.0.0.1', { host: 'localhost:7860', origin }, 'DELETE')).toBe('SERVE_ORIGIN');
  },
);

it('refuses what a browser says to be from elsewhere', () => {
  const headers = { host: 'localhost', 'sec-fetch-site': 'cross-site' };
  expect(refusal('127.0.0.1', headers, 'POST')).toBe('SERVE_ORIGIN');
  expect(refusal('127.0.0.1', headers)).toBeUndefined();
});

it('knows addresses of this machine alone', () => {
  expect(['localhost', '127.0.0.1', '127.1.2.3', '::1'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '192.168.0.1', '127.evil.example', '128.0.0.1'].some(isLoopback)).toBe(false);
});
