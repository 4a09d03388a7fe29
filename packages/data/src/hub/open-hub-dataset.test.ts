import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HubOptions } from './hub-snapshot.ts';
import { openHubDataset, pinHubDataset, type HubSplit } from './open-hub-dataset.ts';
import { startHub, type HubServer, type ServedRepository } from './testing/hub-server.ts';
import { commits, large, text, type Files } from './testing/served-model.ts';

const root = mkdtempSync(path.join(tmpdir(), 'hub-dataset-'));
afterAll(() => rmSync(root, { recursive: true }));

const main: Files = {
  'README.md': text('# GLUE'),
  'mnli/train-00000-of-00002.parquet': large(900, 1),
  'mnli/train-00001-of-00002.parquet': large(800, 2),
  'mnli/validation_matched-00000-of-00001.parquet': large(700, 3),
  'sst2/test-00000-of-00001.parquet': large(600, 4),
  'sst2/train-00000-of-00001.parquet': large(500, 5),
};
const converted: Files = {
  'sst2/partial-train/0000.parquet': large(10, 6),
  'sst2/validation/0000.parquet': large(400, 7),
  'sst2/validation/0001.parquet': large(300, 8),
};
const glue = (files: Files = main): ServedRepository => ({
  type: 'dataset',
  name: 'nyu-mll/glue',
  branches: { main: commits.first, 'refs/convert/parquet': commits.converted },
  commits: { [commits.first]: files, [commits.converted]: converted },
});
const reference = 'hub:nyu-mll/glue';

let hub: HubServer;
let cache: string;
let said: string[];
beforeEach(async () => {
  hub = await startHub(glue());
  cache = mkdtempSync(path.join(root, 'cache-'));
  said = [];
});
afterEach(() => hub.close());

const options = (environment: Record<string, string> = {}): HubOptions => ({
  environment: { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache, ...environment },
  warn: (message) => said.push(message),
});
const offline = { HF_HUB_OFFLINE: '1' };

const open = (config: string, split: string, name = reference, environment = {}): Promise<HubSplit> =>
  openHubDataset(name, config, split, options(environment));

const shown = ({ files, ...rest }: HubSplit): object => ({
  ...rest,
  files: files.map((file) => path.relative(path.join(cache, 'datasets--nyu-mll--glue', 'snapshots'), file)),
});

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

describe('a split of a data set', () => {
  it('is fetched from the main branch, alone', async () => {
    const opened = await open('sst2', 'train');
    expect(shown(opened)).toEqual({
      files: [`${commits.first}/sst2/train-00000-of-00001.parquet`],
      revision: commits.first,
      reference: `${reference}@${commits.first}`,
    });
    expect(readFileSync(opened.files[0]!).equals(main['sst2/train-00000-of-00001.parquet']!.content)).toBe(
      true,
    );
    expect(readdirSync(path.dirname(opened.files[0]!))).toEqual(['train-00000-of-00001.parquet']);
  });

  it('has all of its parts, in order', async () => {
    const { files } = await open('mnli', 'train');
    expect(files.map((file) => readFileSync(file).length)).toEqual([900, 800]);
  });

  it('is fetched from what the hub converted where the main branch has none', async () => {
    const opened = await open('sst2', 'validation');
    expect(shown(opened)).toEqual({
      files: [
        `${commits.converted}/sst2/validation/0000.parquet`,
        `${commits.converted}/sst2/validation/0001.parquet`,
      ],
      revision: commits.converted,
      reference: `${reference}@${commits.converted}`,
    });
    // A revision that is named is the only one that is looked at.
    expect(await failure(open('sst2', 'validation', `${reference}@main`))).toContain(
      'has no split "validation" of "sst2"',
    );
    expect(shown(await open('sst2', 'validation', opened.reference))).toEqual(shown(opened));
  });

  it('may be of a data set with one configuration', async () => {
    hub.repositories = [glue({ 'data/train-00000-of-00001.parquet': large(50) })];
    expect(shown(await open('default', 'train'))).toMatchObject({
      files: [`${commits.first}/data/train-00000-of-00001.parquet`],
    });
  });

  it('is not fetched again, and not asked for where its commit is named', async () => {
    const opened = await open('mnli', 'train');
    hub.seen.length = 0;
    expect(await open('mnli', 'train')).toEqual(opened);
    expect(hub.seen.filter((each) => each.path.includes('/resolve/'))).toEqual([]);
    hub.seen.length = 0;
    expect(await open('mnli', 'train', opened.reference)).toEqual(opened);
    expect(hub.seen).toEqual([]);
  });

  it('is read from the cache without a network, if all of it is there', async () => {
    const train = await open('mnli', 'train');
    const validation = await open('sst2', 'validation');
    hub.seen.length = 0;
    expect(await open('mnli', 'train', reference, offline)).toEqual(train);
    expect(await open('sst2', 'validation', reference, offline)).toEqual(validation);
    expect(hub.seen).toEqual([]);
    const missing = await failure(open('sst2', 'test', reference, offline));
    expect(missing).toContain(
      `error HUB_OFFLINE at CACHE\n  the data set nyu-mll/glue is not in the cache: the split test of sst2 of commit ${commits.first} is not there\n`,
    );
    expect(missing).toContain('with `hf download nyu-mll/glue --repo-type dataset`');
    rmSync(train.files[1]!);
    expect(await failure(open('mnli', 'train', reference, offline))).toContain('the split train of mnli');
    await hub.close();
    expect(await open('sst2', 'validation')).toEqual(validation);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(
      `hub:nyu-mll/glue@refs/convert/parquet is used as it is in the cache, at ${commits.converted}`,
    );
  });

  it('is not taken for whole where fetching it broke off between its parts', async () => {
    // The last part is fetched first; the next one never comes.
    hub.faults.push(
      undefined,
      ...Array<{ kind: 'status'; status: number }>(3).fill({ kind: 'status', status: 500 }),
    );
    expect(await failure(open('sst2', 'validation', `${reference}@refs/convert/parquet`))).toContain(
      'error HUB_UNREACHABLE',
    );
    const folder = path.join(
      cache,
      'datasets--nyu-mll--glue',
      'snapshots',
      commits.converted,
      'sst2',
      'validation',
    );
    expect(readdirSync(folder)).toEqual(['0001.parquet']);
    const pinned = `${reference}@${commits.converted}`;
    expect(await failure(open('sst2', 'validation', pinned, offline))).toContain('error HUB_OFFLINE');
    expect((await open('sst2', 'validation', pinned)).files).toHaveLength(2);
  });

  it('that is not there is an error that says which are', async () => {
    expect(await failure(open('sst2', 'dev'))).toBe(
      'error HUB_NOT_FOUND\n  the data set nyu-mll/glue has no split "dev" of "sst2"\n' +
        '  allowed: test, train\n  fix: look at HUB/datasets/nyu-mll/glue',
    );
    expect(await failure(open('sst3', 'train'))).toBe(
      'error HUB_NOT_FOUND\n  the data set nyu-mll/glue has no Parquet files of "sst3"\n' +
        '  allowed: mnli, sst2\n  fix: look at HUB/datasets/nyu-mll/glue',
    );
    expect(await failure(open('sst2', 'train', 'hub:nyu-mll/gleu'))).toContain(
      'there is no data set nyu-mll/gleu at HUB, or it is private',
    );
  });

  it.each([
    ['../x', 'train'],
    ['sst2', '../train'],
    ['..', 'train'],
    ['', 'train'],
    ['a\\b', 'train'],
    ['sst2', 'C:x'],
    ['a#b', 'train'],
    ['a%2e', 'train'],
  ])('has no name that leads out of a folder: %j, %j', async (config, split) => {
    expect(await failure(open(config, split))).toMatch(
      /^error HUB_REFERENCE\n {2}"[^"]*" is no name of a (configuration|split)/,
    );
    expect(existsSync(path.join(cache, 'datasets--nyu-mll--glue'))).toBe(false);
    expect(hub.seen).toEqual([]);
  });
});

describe('pinHubDataset', () => {
  it('names the commit that would be read, and fetches no data', async () => {
    expect(await pinHubDataset(reference, options())).toBe(`${reference}@${commits.first}`);
    hub.repositories = [glue({ 'README.md': text('only a script'), 'glue.py': text('') })];
    expect(await pinHubDataset(reference, options())).toBe(`${reference}@${commits.converted}`);
    expect(await pinHubDataset(`${reference}@main`, options())).toBe(`${reference}@${commits.first}`);
    expect(existsSync(path.join(cache, 'datasets--nyu-mll--glue'))).toBe(false);
    hub.seen.length = 0;
    expect(await pinHubDataset(`${reference}@${commits.first}`, options())).toBe(
      `${reference}@${commits.first}`,
    );
    expect(hub.seen).toEqual([]);
  });

  it('asks the cache where it may not, or cannot, ask the hub', async () => {
    expect(await failure(pinHubDataset(reference, options(offline)))).toContain('error HUB_OFFLINE');
    await open('sst2', 'validation');
    expect(await pinHubDataset(reference, options(offline))).toBe(`${reference}@${commits.converted}`);
    await open('sst2', 'train');
    expect(await pinHubDataset(reference, options(offline))).toBe(`${reference}@${commits.first}`);
    await hub.close();
    expect(await pinHubDataset(reference, options())).toBe(`${reference}@${commits.first}`);
    expect(said).toHaveLength(1);
    rmSync(cache, { recursive: true });
    expect(await failure(pinHubDataset(reference, options()))).toContain('error HUB_UNREACHABLE');
  });
});
