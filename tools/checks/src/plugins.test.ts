/** What every plugin of the workspace has: a kit that it passes, a page, a recipe, and a room in the arrows of the design. */
import { loadPlugins } from '@mdpd/cli/plugins';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filesBelow, packageFolders, textOf } from './workspace.ts';

const { registry } = await loadPlugins({ directory: new URL('../../..', import.meta.url).pathname });
const pages = filesBelow('docs', '.md').map((page) => textOf(page));
const recipes = filesBelow('configs', '.yaml').map((file) => textOf(file));

interface Manifest {
  readonly name: string;
  readonly nx?: { readonly tags?: readonly string[] };
}
const manifestOf = (folder: string): Manifest => JSON.parse(textOf(`${folder}/package.json`)) as Manifest;
const kits = (folder: string, kit: string): string[] =>
  filesBelow(`${folder}/src`, '.test.ts').filter((file) => textOf(file).includes(`${kit}(`));

describe.each(packageFolders())('%s', (folder) => {
  it('has one room, which lint knows', () => {
    const tags = manifestOf(folder).nx?.tags?.filter((tag) => tag.startsWith('room:')) ?? [];
    expect(tags).toHaveLength(1);
    const arrows = /^const arrows = \{(.*?)^\};/msu.exec(textOf('eslint.config.js'))![1]!;
    expect([...arrows.matchAll(/^ {2}(\w+):/gmu)].map(([, room]) => `room:${room}`)).toContain(tags[0]);
  });
});

describe.each(packageFolders().filter((folder) => /^packages\/(backbones|tasks)\//u.test(folder)))(
  'plugin %s',
  (folder) => {
    it('runs its conformance kit', () => {
      const kit = folder.startsWith('packages/backbones/') ? 'describeBackbone' : 'describeTask';
      expect(kits(folder, kit)).not.toEqual([]);
    });

    it('is compared with an oracle', () => {
      const oracles = filesBelow(folder, '').filter((file) => file.includes('/oracles/'));
      expect(oracles).not.toEqual([]);
    });
  },
);

it.each(registry.tasks.names)('task %s has a recipe and a page', (name) => {
  expect(recipes.some((text) => new RegExp(`^task: ${name}$`, 'mu').test(text))).toBe(true);
  expect(pages.some((page) => page.includes(`\`${name}\``) || page.includes(`task: ${name}\n`))).toBe(true);
});

it.each(registry.backbones.names)('backbone %s has a page', (name) => {
  expect(pages.some((page) => new RegExp(`\\b${name}\\b`, 'iu').test(page))).toBe(true);
});

interface Sweep {
  readonly title: string;
  readonly recipe: string;
}

const numbersOf = (figure: string): number[] => figure.split(' ± ').map(Number);

describe.each(filesBelow('configs', '.results.yaml'))('%s', (file) => {
  it('has the figures that the header of its recipe promises', () => {
    const { title, recipe } = parse(textOf(file)) as Sweep;
    const header = /^(?:#.*\n)*/u.exec(textOf(recipe))![0].replaceAll(/\n# ?/gu, ' ');
    const promised = [...header.matchAll(/(\d+\.\d+ ± \d+\.\d+) %/gu)].map(([, figure]) => figure!);
    const sections = textOf('docs/results.md').split(/^## /mu);
    // A sweep that was never run has no section, and its recipe may promise nothing.
    const section = sections.find((each) => each.startsWith(`${title}\n`)) ?? '';
    const measured = [...section.matchAll(/\d+\.\d+ ± \d+\.\d+/gu)].map(([figure]) => numbersOf(figure));
    const isMeasured = (figure: string): boolean => {
      const half = 0.5 / 10 ** /\.(\d+)/u.exec(figure)![1]!.length + 1e-9;
      const said = numbersOf(figure);
      return measured.some((each) => each.every((value, at) => Math.abs(value - said[at]!) <= half));
    };
    expect(promised.filter((figure) => !isMeasured(figure))).toEqual([]);
  });
});
