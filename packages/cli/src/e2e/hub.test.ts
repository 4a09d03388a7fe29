/** A model of the hub, from a server on this machine that speaks its protocol: fetched, trained, pinned, trained again. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startHub, type HubServer, type ServedFile } from '@mdpd/data/hub/testing/hub-server';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pinHubData } from '../pin-hub-data.ts';
import { createWorkspace, tinyRecipe, type Workspace } from '../testing/workspace.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const zoo = fileURLToPath(new URL('../../../zoo/models/tiny-vit', import.meta.url));

let workspace: Workspace;
let hub: HubServer;

beforeAll(async () => {
  workspace = createWorkspace();
  workspace.images('photos/train', ['ant', 'bee'], 6);
  workspace.images('photos/test', ['ant', 'bee'], 2);
  workspace.write('recipe.yaml', tinyRecipe.replace(/backbone:[^]*(?=method:)/, 'backbone: hub:tiny/vit\n'));
  const files = readdirSync(zoo).map((name): [string, ServedFile] => [
    name,
    { content: readFileSync(path.join(zoo, name)), large: name.endsWith('.safetensors') },
  ]);
  hub = await startHub(
    {
      type: 'model',
      name: 'tiny/vit',
      branches: { main: commit },
      commits: { [commit]: Object.fromEntries(files) },
    },
    {
      type: 'dataset',
      name: 'tiny/data',
      branches: { main: commit },
      commits: { [commit]: { 'a/train-00000-of-00001.parquet': { content: new Uint8Array(9) } } },
    },
  );
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HF_HUB_CACHE', workspace.path('cache'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  workspace.remove();
});

const weights = (run: string): Buffer => readFileSync(workspace.path(run, 'model', 'model.safetensors'));
const train = (...argv: string[]) => workspace.mdpd('train', ...argv, 'train.steps=2', 'executor=cpu');

describe('a backbone of the hub', () => {
  it('that cannot be had is an error with its place, and leaves no run behind', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const { exitCode, stderr } = await train('recipe.yaml', '--out', 'runs/offline');
    vi.stubEnv('HF_HUB_OFFLINE', undefined);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error HUB_OFFLINE at recipe\.yaml:5:11\n {2}the model tiny\/vit is not in the cache: it was never fetched\n/,
    );
    const missing = await train('recipe.yaml', 'backbone=hub:tiny/vim', '--out', 'runs/missing');
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toMatch(/^error HUB_NOT_FOUND at override backbone=hub:tiny\/vim\n/);
    const wrong = await train('recipe.yaml', 'backbone=hub:../vit', '--out', 'runs/wrong');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toMatch(/^error HUB_REFERENCE at override backbone=hub:\.\.\/vit\n/);
    expect(existsSync(workspace.path('runs'))).toBe(false);
  });

  it('is trained, and the recipe of the run names its commit', async () => {
    const { exitCode, stderr } = await train('recipe.yaml', '--out', 'runs/first');
    expect(exitCode, stderr).toBe(0);
    const recipe = parse(readFileSync(workspace.path('runs/first/recipe.yaml'), 'utf8')) as {
      backbone: string;
    };
    expect(recipe.backbone).toBe(`hub:tiny/vit@${commit}`);
    const result = JSON.parse(readFileSync(workspace.path('runs/first/result.json'), 'utf8')) as {
      backbone: string;
    };
    expect(result.backbone).toBe('hub:tiny/vit');
  });

  it('is trained to the same model again from that recipe, without asking the hub', async () => {
    hub.seen.length = 0;
    const { exitCode, stderr } = await train('runs/first/recipe.yaml', '--out', 'runs/second');
    expect(exitCode, stderr).toBe(0);
    expect(hub.seen).toEqual([]);
    expect(weights('runs/second').equals(weights('runs/first'))).toBe(true);
  });
});

describe('data of the hub', () => {
  it('are named with their commit', async () => {
    const locate = (at: readonly string[]): string => ['data', ...at].join('.');
    const data = {
      task: 'sst2',
      source: 'hub:tiny/data',
      limit: 3,
      root: './hub',
      nested: { source: 'hub:x/y' },
    };
    expect(await pinHubData(data, locate, {})).toEqual({ ...data, source: `hub:tiny/data@${commit}` });
    await expect(pinHubData({ source: 'hub:tiny/none' }, locate, {})).rejects.toMatchObject({
      code: 'HUB_NOT_FOUND',
      place: 'data.source',
    });
    hub.seen.length = 0;
    expect(await pinHubData({ train: './a', root: 'x' }, locate, {})).toEqual({ train: './a', root: 'x' });
    expect(hub.seen).toEqual([]);
  });
});
