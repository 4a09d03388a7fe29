/** docs/language.md stands alone: its files are written, its commands are run in order, its server is asked. */
import { loadPlugins } from '@mdpd/cli/plugins';
import { parseRecipe, resolveRecipe } from '@mdpd/core';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandsIn, root, textOf } from './workspace.ts';

const page = textOf('docs/language.md');
const fences = [...page.matchAll(/^```(\w+)(?: title=(\S+))?\n(.*?)^```/gmsu)].map(
  ([, language, title, body]) => ({ language, title, body: body! }),
);
const commands = commandsIn(page);
const bin = join(root, 'packages/cli/bin/mdpd.js');
const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, HF_HUB_OFFLINE: '1', PORT: '0' };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mdpd-language-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const { title, body } of fences) if (title !== undefined) writeFileSync(join(folder, title), body);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Words of a command; those in double quotes are one. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|\S+/gu)].map(([word, quoted]) => quoted ?? word);
}

it('has the commands of the whole way', () => {
  const verbs = commands.map((command) => wordsOf(command).slice(0, 3).join(' '));
  const way = ['train', 'compare', 'evaluate', 'predict', 'export'].map((verb) => `npx mdpd ${verb}`);
  expect([...new Set(verbs)]).toEqual(way);
});

it.each(commands)('%s', { timeout: 120_000 }, (command) => {
  const [, , ...argv] = wordsOf(command);
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...argv], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  if (argv[0] === 'predict') expect(stdout).toMatch(/billing|delivery/u);
});

it('writes the files that it names', () => {
  const named = [...page.matchAll(/`(runs\/[\w./]+)`/gu)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(1);
  for (const name of [...named, 'runs/mdpd/model/onnx/model_quantized.onnx'])
    expect(existsSync(join(folder, name)), name).toBe(true);
});

it('serves what it says', async () => {
  const server = spawn(process.execPath, ['serve.mjs'], { cwd: folder, env });
  try {
    let said = '';
    server.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const port = await new Promise<string>((resolve, reject) => {
      server.stdout.setEncoding('utf8').on('data', resolve);
      server.on('close', () => reject(new Error(`the server ended: ${said}`)));
    });
    const response = await fetch(`http://127.0.0.1:${port.trim()}/?text=Where+is+my+parcel`);
    const [{ label, score }] = (await response.json()) as [{ label: string; score: number }];
    expect(['billing', 'delivery']).toContain(label);
    expect(score).toBeGreaterThanOrEqual(0.5);
  } finally {
    server.kill();
  }
});

it('shows recipes that resolve', async () => {
  const { registry } = await loadPlugins({ directory: root });
  const recipes = fences.filter(({ language }) => language === 'yaml');
  expect(recipes).toHaveLength(3);
  for (const { body } of recipes)
    expect(resolveRecipe(parseRecipe(body, 'language.yaml'), registry).method.name).toBe('mdpd');
});
