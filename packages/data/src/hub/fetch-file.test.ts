import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHubModel } from './open-hub-model.ts';
import { sha256, startHub, type HubServer } from './testing/hub-server.ts';
import { large, model, text } from './testing/served-model.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fetch-file-'));
afterAll(() => rmSync(root, { recursive: true }));

const weights = large(400_000, 9);
const hash = sha256(weights.content);

let hub: HubServer;
let cache: string;
beforeEach(async () => {
  // An empty file, for which no bytes can be asked.
  hub = await startHub(model({ 'config.json': text(''), 'model.safetensors': weights }));
  cache = mkdtempSync(path.join(root, 'cache-'));
});
afterEach(() => hub.close());

const blobs = (): string => path.join(cache, 'models--google-bert--bert-base-uncased', 'blobs');
const partial = (): string => path.join(blobs(), `${hash}.mdpd-incomplete`);

async function fetchWeights(): Promise<string> {
  try {
    const environment = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache };
    const { folder } = await openHubModel('hub:google-bert/bert-base-uncased', { environment });
    const whole = readFileSync(path.join(folder, 'model.safetensors')).equals(weights.content);
    return whole && !existsSync(partial()) ? 'whole' : 'other bytes';
  } catch (error) {
    if (error instanceof MdpdError)
      return formatError(error).replaceAll(hub.endpoint, 'HUB').replaceAll(cache, 'CACHE');
    throw error;
  }
}

/** Ranges of the weights that were asked for. */
const ranges = (): (string | undefined)[] =>
  hub.seen
    .filter(({ server, range }) => server === 'storage' && range !== 'bytes=0-0')
    .map(({ range }) => range);

describe('a file of the hub', () => {
  it('is continued where the connection broke off', async () => {
    hub.faults.push({ kind: 'cut', after: 100_000 }, { kind: 'cut', after: 50_000 });
    expect(await fetchWeights()).toBe('whole');
    expect(ranges()).toEqual([undefined, 'bytes=100000-399999', 'bytes=150000-399999']);
  });

  it('is continued by the next run', async () => {
    const cut = { kind: 'cut', after: 0 } as const;
    hub.faults.push({ kind: 'cut', after: 123_456 }, cut, cut, cut);
    const text = await fetchWeights();
    expect(text).toContain('error HUB_UNREACHABLE\n  HUB cannot be reached: the connection broke off');
    expect(readFileSync(partial())).toHaveLength(123_456);
    hub.seen.length = 0;
    hub.faults.length = 0;
    expect(await fetchWeights()).toBe('whole');
    expect(ranges()).toEqual(['bytes=123456-399999']);
  });

  it('is asked for again where the hub is busy', async () => {
    hub.faults.push({ kind: 'status', status: 503 });
    expect(await fetchWeights()).toBe('whole');
    hub.faults.push(...Array<{ kind: 'status'; status: number }>(3).fill({ kind: 'status', status: 503 }));
    rmSync(cache, { recursive: true });
    expect(await fetchWeights()).toContain(
      'error HUB_UNREACHABLE\n  HUB cannot be reached: it answers with status 503',
    );
  });

  it('is fetched anew where what was left of it is not its beginning', async () => {
    mkdirSync(blobs(), { recursive: true });
    writeFileSync(partial(), Buffer.alloc(5000, 7));
    expect(await fetchWeights()).toBe('whole');
    expect(ranges()).toEqual(['bytes=5000-399999', undefined]);
  });

  it('is fetched anew where more was left of it than it has', async () => {
    mkdirSync(blobs(), { recursive: true });
    writeFileSync(partial(), Buffer.alloc(500_000));
    expect(await fetchWeights()).toBe('whole');
    expect(ranges()).toEqual([undefined]);
  });

  it('is fetched anew where the server gives all instead of the rest', async () => {
    hub.faults.push({ kind: 'cut', after: 100_000 }, { kind: 'whole' });
    expect(await fetchWeights()).toBe('whole');
    expect(ranges()).toEqual([undefined, 'bytes=100000-399999', undefined]);
  });

  it('replaces a blob of another size', async () => {
    mkdirSync(blobs(), { recursive: true });
    writeFileSync(path.join(blobs(), hash), 'damaged');
    expect(await fetchWeights()).toBe('whole');
  });

  it.each([{ kind: 'change' }, { kind: 'longer' }] as const)(
    'is not taken where its content is another one: %j',
    async (fault) => {
      hub.faults.push(fault);
      expect(await fetchWeights()).toBe(
        'error HUB_CHECKSUM\n  model.safetensors of google-bert/bert-base-uncased did not arrive as it is on the hub\n' +
          `  allowed: 400000 bytes with the hash ${hash}\n` +
          '  fix: try again: what arrived is thrown away; if that does not help, check what stands between here and HUB',
      );
      expect(readdirSync(blobs()).filter((name) => name.startsWith(hash))).toEqual([]);
      expect(await fetchWeights()).toBe('whole');
    },
  );

  it('is not taken either where it is small', async () => {
    hub.repositories = [
      model({ 'config.json': text('{"model_type":"bert"}'), 'model.safetensors': weights }),
    ];
    hub.faults.push({ kind: 'change' });
    expect(await fetchWeights()).toContain('error HUB_CHECKSUM\n  config.json of');
  });

  it('cannot be fetched into a folder that cannot be written', async () => {
    writeFileSync(path.join(cache, 'models--google-bert--bert-base-uncased'), 'a file');
    const text = await fetchWeights();
    expect(text).toMatch(/^error HUB_CACHE\n {2}the cache CACHE cannot be written: E\w+/);
    expect(text).toContain('\n  fix: name another folder in HF_HUB_CACHE');
  });
});

// Root may write anywhere.
it.skipIf(process.getuid?.() === 0)('a cache of somebody else is an error', async () => {
  chmodSync(cache, 0o555);
  expect(await fetchWeights()).toContain('error HUB_CACHE\n');
  chmodSync(cache, 0o755);
});
