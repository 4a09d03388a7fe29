import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadHubLibrary } from './hub-request.ts';
import { hubSettings } from './hub-settings.ts';
import type { HubOptions } from './hub-snapshot.ts';
import { openHubModel, type HubModel } from './open-hub-model.ts';
import { gitHash, hashOf, sha256, startHub, type HubServer } from './testing/hub-server.ts';
import { bertFiles, commits, large, model, text } from './testing/served-model.ts';

const root = mkdtempSync(path.join(tmpdir(), 'hub-model-'));
afterAll(() => rmSync(root, { recursive: true }));

let hub: HubServer;
let cache: string;
let said: string[];
beforeEach(async () => {
  hub = await startHub(model());
  cache = mkdtempSync(path.join(root, 'cache-'));
  said = [];
});
afterEach(() => hub.close());

const reference = 'hub:google-bert/bert-base-uncased';
const pinned = `${reference}@${commits.first}`;

function open(
  name = reference,
  environment: Record<string, string> = {},
  options: HubOptions = {},
): Promise<HubModel> {
  return openHubModel(name, {
    environment: { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache, ...environment },
    warn: (message) => said.push(`warning: ${message}`),
    report: (message) => said.push(message),
    ...options,
  });
}

/** The message that a user would see. */
async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MdpdError)
      return formatError(error).replaceAll(hub.endpoint, 'HUB').replaceAll(cache, 'CACHE');
    throw error;
  }
  return 'no error';
}

const repository = (): string => path.join(cache, 'models--google-bert--bert-base-uncased');
const fetched = (): string[] =>
  hub.seen.map((each) => each.path).filter((each) => each.includes('/resolve/'));

describe('a model of the hub', () => {
  it('is fetched, only what is needed of it, and pinned to its commit', async () => {
    const opened = await open();
    expect(opened).toEqual({
      folder: path.join(repository(), 'snapshots', commits.first),
      revision: commits.first,
      reference: pinned,
    });
    const names = [
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
      'vocab.txt',
    ];
    expect(readdirSync(opened.folder).sort()).toEqual(names);
    for (const name of names) {
      expect(readFileSync(path.join(opened.folder, name)).equals(bertFiles[name]!.content)).toBe(true);
    }
  });

  it('is in the cache as the Python library keeps it', async () => {
    const { folder } = await open();
    expect(readFileSync(path.join(repository(), 'refs', 'main'), 'utf8')).toBe(commits.first);
    const { content } = bertFiles['config.json']!;
    expect(lstatSync(path.join(folder, 'config.json')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(path.join(folder, 'config.json'))).toBe(
      path.join('..', '..', 'blobs', gitHash(content)),
    );
    const weights = bertFiles['model.safetensors']!;
    expect(readlinkSync(path.join(folder, 'model.safetensors'))).toBe(
      path.join('..', '..', 'blobs', sha256(weights.content)),
    );
    expect(existsSync(path.join(repository(), '.no_exist', commits.first, 'spiece.model'))).toBe(true);
    expect(readdirSync(path.join(repository(), 'blobs'))).toHaveLength(5);
  });

  it('is not fetched again: a branch is asked for, a commit is not', async () => {
    const first = await open();
    hub.seen.length = 0;
    expect(await open()).toEqual(first);
    expect(fetched()).toEqual([]);
    hub.seen.length = 0;
    expect(await open(pinned)).toEqual(first);
    expect(hub.seen).toEqual([]);
  });

  it('follows its branch, and shares what did not change', async () => {
    await open();
    const newer = { ...bertFiles, 'vocab.txt': text('[UNK]\n') };
    hub.repositories = [
      model(newer, {
        branches: { main: commits.second },
        commits: { [commits.first]: bertFiles, [commits.second]: newer },
      }),
    ];
    hub.seen.length = 0;
    const opened = await open();
    expect(opened.revision).toBe(commits.second);
    expect(new Set(fetched())).toEqual(
      new Set([`/google-bert/bert-base-uncased/resolve/${commits.second}/vocab.txt`]),
    );
    expect(readFileSync(path.join(opened.folder, 'vocab.txt'), 'utf8')).toBe('[UNK]\n');
    // The older one stays what it was.
    expect(readFileSync(path.join((await open(pinned)).folder, 'vocab.txt'), 'utf8')).toBe('[PAD]\n');
  });

  it('may be a pull request, or any other revision', async () => {
    hub.repositories = [model(bertFiles, { branches: { main: commits.second, 'refs/pr/9': commits.first } })];
    expect((await open(`${reference}@refs/pr/9`)).revision).toBe(commits.first);
    expect(readFileSync(path.join(repository(), 'refs', 'refs', 'pr', '9'), 'utf8')).toBe(commits.first);
  });

  it('may be in shards, or written by torch.save', async () => {
    const index = text(
      JSON.stringify({
        weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
      }),
    );
    const { 'model.safetensors': _whole, 'pytorch_model.bin': bin, ...others } = bertFiles;
    const shards = {
      'model-00001-of-00002.safetensors': large(70, 5),
      'model-00002-of-00002.safetensors': large(80, 6),
    };
    hub.repositories = [
      model({ ...others, ...shards, 'pytorch_model.bin': bin!, 'model.safetensors.index.json': index }),
    ];
    const sharded = await open();
    expect(readdirSync(sharded.folder)).toEqual(
      expect.arrayContaining(['model.safetensors.index.json', ...Object.keys(shards)]),
    );
    expect(readdirSync(sharded.folder)).not.toContain('pytorch_model.bin');
    hub.seen.length = 0;
    expect(await open(sharded.reference)).toEqual(sharded);
    expect(hub.seen).toEqual([]);
    hub.repositories = [
      model(
        { ...others, 'pytorch_model.bin': bin! },
        {
          branches: { main: commits.second },
          commits: { [commits.second]: { ...others, 'pytorch_model.bin': bin! } },
        },
      ),
    ];
    expect(readdirSync((await open()).folder)).toContain('pytorch_model.bin');
  });

  it('says what it fetches where that takes long', async () => {
    hub.repositories = [model({ ...bertFiles, 'model.safetensors': large(2_400_000) })];
    await open();
    expect(said).toEqual(['fetching model.safetensors of google-bert/bert-base-uncased, 2 MB']);
  });

  it('is fetched with the token, which is not sent elsewhere', async () => {
    hub.repositories = [model(bertFiles, { gatedBy: 'hf_secret' })];
    await open(reference, { HF_TOKEN: 'hf_secret' });
    const tokens = (server: string): Set<string | undefined> =>
      new Set(hub.seen.filter((each) => each.server === server).map(({ authorization }) => authorization));
    expect(tokens('hub')).toEqual(new Set(['Bearer hf_secret']));
    expect(tokens('storage')).toEqual(new Set([undefined]));
  });
});

/** The cache as the Python library leaves it, with some of the files. */
function pythonCache(names: readonly string[]): void {
  const snapshot = path.join(repository(), 'snapshots', commits.first);
  for (const folder of ['blobs', 'refs', `snapshots/${commits.first}`]) {
    mkdirSync(path.join(repository(), folder), { recursive: true });
  }
  writeFileSync(path.join(repository(), 'refs', 'main'), commits.first);
  for (const name of names) {
    const file = bertFiles[name]!;
    writeFileSync(path.join(repository(), 'blobs', hashOf(file)), file.content);
    symlinkSync(path.join('..', '..', 'blobs', hashOf(file)), path.join(snapshot, name));
  }
}

describe('without a network', () => {
  it('what Python fetched is used', async () => {
    pythonCache(['config.json', 'pytorch_model.bin']);
    const opened = await open(reference, { HF_HUB_OFFLINE: '1' });
    expect(opened.reference).toBe(pinned);
    expect(readFileSync(path.join(opened.folder, 'pytorch_model.bin')).length).toBe(5000);
    expect(await open(reference, {}, { offline: true })).toEqual(opened);
    expect(hub.seen).toEqual([]);
  });

  it('what is not there is an error that says how to get it', async () => {
    const offline = { HF_HUB_OFFLINE: '1' };
    const fix = (command: string): string =>
      `\n  allowed: offline, only what is in CACHE\n  fix: fetch it while there is a network: without HF_HUB_OFFLINE, or with \`hf download ${command}\``;
    const name = 'google-bert/bert-base-uncased';
    expect(await failure(open(reference, offline, { place: 'recipe.yaml:4:11' }))).toBe(
      `error HUB_OFFLINE at recipe.yaml:4:11\n  the model ${name} is not in the cache: it was never fetched${fix(name)}`,
    );
    pythonCache(['config.json', 'vocab.txt']);
    expect(await failure(open(reference, offline))).toBe(
      `error HUB_OFFLINE at CACHE\n  the model ${name} is not in the cache: model.safetensors of commit ${commits.first} is not there${fix(name)}`,
    );
    expect(await failure(open(`${reference}@v2`, offline))).toContain(
      `the model ${name} (v2) is not in the cache: it was never fetched${fix(`${name} --revision v2`)}`,
    );
    // A link to a blob that is gone.
    pythonCache([]);
    symlinkSync(
      path.join('..', '..', 'blobs', 'gone'),
      path.join(repository(), 'snapshots', commits.first, 'model.safetensors'),
    );
    expect(await failure(open(pinned, offline))).toContain(
      `model.safetensors of commit ${commits.first} is not there`,
    );
    expect(hub.seen).toEqual([]);
  });

  it('the cache will do, with a warning, where nothing forbids to ask the hub', async () => {
    await open();
    const { endpoint } = hub;
    await hub.close();
    expect((await open()).revision).toBe(commits.first);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      new RegExp(
        `^warning: ${endpoint} cannot be reached: .*ECONNREFUSED.*; ${reference} is used as it is in the cache, at ${commits.first}$`,
      ),
    );
    rmSync(path.join(repository(), 'snapshots', commits.first, 'model.safetensors'));
    const text = await failure(open());
    expect(text).toMatch(/^error HUB_UNREACHABLE\n {2}HUB cannot be reached: .*ECONNREFUSED/);
    expect(text).toContain(
      '\n  fix: check the network; behind a mirror set HF_ENDPOINT; or fetch it where there is a network, ' +
        '`hf download google-bert/bert-base-uncased`, and copy the cache CACHE here',
    );
  });

  it('names that do not resolve are said', async () => {
    const text = await failure(open(reference, { HF_ENDPOINT: 'http://hub.invalid' }));
    expect(text).toMatch(
      /^error HUB_UNREACHABLE\n {2}http:\/\/hub\.invalid cannot be reached: .*hub\.invalid/,
    );
  });
});

describe('what the hub refuses', () => {
  it('is an error that says why', async () => {
    const place = { place: 'recipe.yaml:4:11' };
    expect(await failure(open('hub:nobody/nothing', {}, place))).toBe(
      'error HUB_NOT_FOUND at recipe.yaml:4:11\n  there is no model nobody/nothing at HUB, or it is private\n' +
        '  fix: check the name; for a private one set HF_TOKEN',
    );
    expect(await failure(open(`${reference}@v7`))).toBe(
      'error HUB_NOT_FOUND\n  google-bert/bert-base-uncased has no revision "v7"\n' +
        '  fix: look at HUB/google-bert/bert-base-uncased',
    );
    hub.repositories = [model(bertFiles, { gatedBy: 'hf_secret' })];
    expect(await failure(open())).toBe(
      'error HUB_FORBIDDEN\n  the model google-bert/bert-base-uncased is only for those who were given access\n' +
        '  fix: ask for access at HUB/google-bert/bert-base-uncased, then set HF_TOKEN to a token from https://huggingface.co/settings/tokens',
    );
    expect(await failure(open(reference, { HF_TOKEN: 'hf_wrong' }))).toBe(
      'error HUB_FORBIDDEN\n  the hub does not accept the token in HF_TOKEN\n' +
        '  fix: ask for access at HUB/google-bert/bert-base-uncased, then check that the token in HF_TOKEN is valid and may read it',
    );
  });

  it('does not become the cache', async () => {
    await open();
    hub.repositories = [];
    expect(await failure(open())).toContain('error HUB_NOT_FOUND');
  });

  it('says that a repository is no model', async () => {
    const { 'config.json': config, ...others } = bertFiles;
    hub.repositories = [model(others)];
    expect(await failure(open())).toContain(
      'error HUB_NOT_FOUND\n  the model google-bert/bert-base-uncased has no config.json',
    );
    hub.repositories = [model({ 'config.json': config!, 'flax_model.msgpack': large(5) })];
    expect(await failure(open())).toContain(
      'the model google-bert/bert-base-uncased has no weights that are read\n' +
        '  allowed: model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json',
    );
    const index = text('{"weight_map":{"a":"gone.safetensors"}}');
    hub.repositories = [model({ 'config.json': config!, 'model.safetensors.index.json': index })];
    expect(await failure(open())).toContain('has no gone.safetensors, which its index names');
    const outside = text('{"weight_map":{"a":"../../../../x.safetensors"}}');
    hub.repositories = [
      model(
        { 'config.json': config!, 'model.safetensors.index.json': outside },
        {
          branches: { main: commits.second },
          commits: { [commits.second]: { 'config.json': config!, 'model.safetensors.index.json': outside } },
        },
      ),
    ];
    expect(await failure(open())).toContain('error CHECKPOINT_INDEX');
  });

  it.each([
    '../evil.json',
    '/etc/evil.json',
    'a/../../evil.json',
    'a\\evil.json',
    'C:evil.json',
    'a//b',
    'a\nb',
  ])('has no file named %j', async (name) => {
    hub.answers.set(`/api/models/google-bert/bert-base-uncased/tree/`, (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify([{ type: 'file', path: name, size: 1, oid: 'a'.repeat(40) }]));
    });
    expect(await failure(open())).toBe(
      `error HUB_FILE_NAME\n  the model google-bert/bert-base-uncased has a file named ${JSON.stringify(name)}\n` +
        '  allowed: relative names that stay in their folder',
    );
    expect(existsSync(repository())).toBe(false);
  });

  const json = (value: unknown) => (response: Parameters<Parameters<HubServer['answers']['set']>[1]>[0]) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(typeof value === 'string' ? value : JSON.stringify(value));
  };
  it.each<[string, string, unknown, string]>([
    ['a sign-in page', 'revision', '<html>', 'HUB answers what a hub does not: '],
    ['no commit', 'revision', { sha: '../../x' }, 'HUB answers what a hub does not: no commit'],
    ['nothing', 'revision', null, 'HUB answers what a hub does not: '],
    ['no list', 'tree', { error: 1 }, 'HUB answers what a hub does not: '],
    [
      'no hash',
      'tree',
      [{ type: 'file', path: 'config.json', size: 1, oid: '../x' }],
      'no hash or size of "config.json"',
    ],
    [
      'no size',
      'tree',
      [{ type: 'file', path: 'config.json', size: -1, oid: 'a'.repeat(40) }],
      'no hash or size of "config.json"',
    ],
    ['no name', 'tree', [{ type: 'file', size: 1, oid: 'a'.repeat(40) }], 'has a file named undefined'],
  ])('is understood to be no hub: %s', async (_, what, value, message) => {
    hub.answers.set(`/api/models/google-bert/bert-base-uncased/${what}/`, json(value));
    const text = await failure(open());
    expect(text).toMatch(/^error HUB_(ANSWER|FILE_NAME)\n/);
    expect(text).toContain(message);
  });

  it.each([
    [500, 'HUB_UNREACHABLE', 'it answers with status 500, try again later'],
    [429, 'HUB_UNREACHABLE', 'it answers with status 429, try again later'],
    [403, 'HUB_FORBIDDEN', 'the hub refuses the model google-bert/bert-base-uncased: status 403'],
    [418, 'HUB_ANSWER', 'HUB answers what a hub does not: status 418'],
  ])('is said of status %d', async (status, code, message) => {
    hub.answers.set('/api/', (response) => void response.writeHead(status).end());
    const text = await failure(open());
    expect(text).toContain(`error ${code}\n`);
    expect(text).toContain(message);
  });
});

describe('the package @huggingface/hub', () => {
  it('is named with the command that installs it where it is missing', async () => {
    const target = {
      type: 'model',
      repository: 'a/b',
      settings: hubSettings({}),
      place: 'recipe.yaml:4:11',
    } as const;
    const name = '@huggingface/not-installed';
    expect(
      await failure(loadHubLibrary(target, () => import(name) as ReturnType<typeof loadHubLibrary>)),
    ).toBe(
      'error HUB_PACKAGE_MISSING at recipe.yaml:4:11\n  the package @huggingface/hub is not installed\n  fix: npm install @huggingface/hub',
    );
    const broken = (): never => {
      throw new Error('broken');
    };
    await expect(loadHubLibrary(target, broken)).rejects.toThrow('broken');
  });
});
