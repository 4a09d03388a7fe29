/** docs/language.md stands alone: its files are written, its commands are run in order, its server is asked. */
import { loadPlugins } from '@mdpd/cli/plugins';
import { parseRecipe, resolveRecipe } from '@mdpd/core';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { DocumentedWay, wordsOf } from './documented-way.ts';
import { root } from './workspace.ts';

const way = new DocumentedWay('docs/language.md');
afterAll(() => way.remove());

it('has the commands of the whole way', () => {
  const verbs = way.commands.map((command) => wordsOf(command).slice(0, 3).join(' '));
  const all = ['train', 'compare', 'evaluate', 'predict', 'export'].map((verb) => `npx mdpd ${verb}`);
  expect([...new Set(verbs)]).toEqual(all);
});

it.each(way.commands)('%s', { timeout: 120_000 }, async (command) => {
  const { status, stdout, stderr } = await way.run(command);
  expect(status, stderr).toBe(0);
  if (command.includes(' predict ')) expect(stdout).toMatch(/billing|delivery/u);
});

it('writes the files that it names', () => {
  const named = [...way.page.matchAll(/`(runs\/[\w./]+)`/gu)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(1);
  for (const name of [...named, 'runs/mdpd/model/onnx/model_quantized.onnx'])
    expect(existsSync(join(way.folder(), name)), name).toBe(true);
});

it('serves what it says', async () => {
  await way.whileServing('serve.mjs', async (address) => {
    const response = await fetch(`${address}?text=Where+is+my+parcel`);
    const [{ label, score }] = (await response.json()) as [{ label: string; score: number }];
    expect(['billing', 'delivery']).toContain(label);
    expect(score).toBeGreaterThanOrEqual(0.5);
  });
});

it('shows recipes that resolve', async () => {
  const { registry } = await loadPlugins({ directory: root });
  const recipes = way.fences.filter(({ language }) => language === 'yaml');
  expect(recipes).toHaveLength(3);
  for (const { body } of recipes)
    expect(resolveRecipe(parseRecipe(body, 'language.yaml'), registry).method.name).toBe('mdpd');
});
