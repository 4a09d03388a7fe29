/** report.html of real runs: while they work, when they end or fail, and again from what is left of them. */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure } from '../testing/expect-failure.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, tinyRecipe, type Finished, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;
const mdpd = (...argv: string[]): Promise<Finished> => mdpdHere(workspace.root, ...argv);
const read = (...names: string[]): string => readFileSync(workspace.path(...names), 'utf8');

/** A class whose name would run, were it taken for markup. */
const classes = ['<img src=x onerror=alert(1)>', 'bee', 'cat'];

beforeAll(async () => {
  workspace = createWorkspace();
  workspace.images('photos/train', classes, 4);
  workspace.images('photos/test', classes, 4);
  workspace.write('recipe.yaml', tinyRecipe);
  for (const method of ['mdpd', 'norm']) {
    const { exitCode, stderr } = await mdpd('train', 'recipe.yaml', `method=${method}`, '--out', method);
    expect(exitCode, stderr).toBe(0);
  }
});
afterAll(() => workspace.remove());

describe('the page of a run', () => {
  it('is there at its end, with the figures of result.json and nothing of a stranger as markup', () => {
    const page = read('mdpd', 'report.html');
    expect(page).toMatch(/<h1[^>]*>mdpd on /);
    expect(page).toContain('npx mdpd train recipe.yaml method=mdpd');
    expect(page).toContain('finished');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).not.toContain('<img src=x');
  });

  it('is written again as it was', async () => {
    const before = read('mdpd', 'report.html');
    rmSync(workspace.path('mdpd/report.html'));
    const { exitCode, stdout } = await mdpd('report', 'mdpd');
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/^Page {3}mdpd\/report\.html \(\d+ kB\)\n$/),
    ]);
    expect(read('mdpd', 'report.html')).toBe(before);
  });

  it('is made from metrics.jsonl alone, with a torn last line, as a killed run leaves it', async () => {
    cpSync(workspace.path('mdpd/metrics.jsonl'), workspace.path('killed/metrics.jsonl'), { recursive: true });
    cpSync(workspace.path('mdpd/recipe.yaml'), workspace.path('killed/recipe.yaml'));
    workspace.write('killed/metrics.jsonl', `${read('killed', 'metrics.jsonl')}{"type":"step","st`);
    expect((await mdpd('report', 'killed', '--json')).exitCode).toBe(0);
    const page = read('killed', 'report.html');
    expect(page).toMatch(/step \d+ of \d+/);
    expect(page).toContain('featureLoss');
    expect(page).not.toContain('finished</');
  });

  it('tells the verdict against other runs', async () => {
    expect((await mdpd('report', 'mdpd', 'norm', '--out', 'both.html')).exitCode).toBe(0);
    expect(read('both.html')).toMatch(/Against norm/);
    expect(read('mdpd', 'report.html')).not.toMatch(/Against norm/);
  });

  it('says why a run failed', async () => {
    workspace.write('mdpd-failed/recipe.yaml', read('mdpd', 'recipe.yaml'));
    workspace.write('mdpd-failed/metrics.jsonl', read('mdpd', 'metrics.jsonl'));
    workspace.write(
      'mdpd-failed/failed.json',
      JSON.stringify({ code: 'DISK_FULL', message: 'no room <b>', fix: 'free space' }),
    );
    await mdpd('report', 'mdpd-failed');
    const page = read('mdpd-failed', 'report.html');
    for (const text of ['DISK_FULL', 'no room &lt;b&gt;', 'free space']) expect(page).toContain(text);
  });

  it('is refused in words where there is no run, or one that was tampered with', async () => {
    expect(expectFailure(workspace, await mdpd('report', 'photos'), 2)).toContain('RUN_NOT_FOUND');
    cpSync(workspace.path('mdpd'), workspace.path('bad'), { recursive: true });
    workspace.write('bad/examples.json', '{"split":"test","examples":-1,"shown":[]}');
    expect(expectFailure(workspace, await mdpd('report', 'bad'), 1)).toContain('EXAMPLES_INVALID');
    workspace.write('bad/metrics.jsonl', '{"type":"step"}\n');
    expect(expectFailure(workspace, await mdpd('report', 'bad'), 1)).toContain('RECORDS_INVALID');
  });
});

it('compare --html puts runs on one page, unfinished ones too', async () => {
  const { exitCode, stdout } = await mdpd('compare', 'mdpd', 'norm', 'killed', '--html', 'compared.html');
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('compared.html')]);
  const page = read('compared.html');
  for (const text of ['3 runs', '1 run is not finished', 'method.name', 'peak memory'])
    expect(page).toContain(text);
});
