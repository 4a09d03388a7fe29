import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsIn, filesBelow, publishedFolders, root, textOf } from './workspace.ts';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...filesBelow('docs', '.md'),
  ...publishedFolders().map((folder) => `${folder}/README.md`),
];
const subcommands = [
  'report',
  'train',
  'watch',
  'evaluate',
  'predict',
  'serve',
  'export',
  'verify',
  'replay',
  'compare',
  'list',
  'doctor',
  'plan',
  'schema',
];
const scripts = Object.keys(
  (JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }).scripts,
);

describe.each(pages)('%s', (page) => {
  const text = textOf(page);

  it('links to files that exist', () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/gu)].map(([, target]) => target!);
    const missing = targets.filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(missing).toEqual([]);
  });

  it('names only commands and recipes that exist', () => {
    for (const command of commandsIn(text)) {
      const mdpd = /^npx mdpd (\S+)/u.exec(command);
      if (mdpd) expect([...subcommands, '--help', '--version']).toContain(mdpd[1]);
      const script = /^npm run (\S+)/u.exec(command);
      if (script) expect(scripts).toContain(script[1]);
      for (const [recipe] of command.matchAll(/configs\/\S+\.yaml/gu))
        expect(existsSync(join(root, recipe))).toBe(true);
    }
  });
});

it('docs/packages.md says what every package is', () => {
  const names = publishedFolders().map(
    (folder) => (JSON.parse(textOf(`${folder}/package.json`)) as { name: string }).name,
  );
  const rows = [...textOf('docs/packages.md').matchAll(/^\| `(@mdpd\/[\w-]+|create-mdpd-plugin)` /gmu)].map(
    ([, name]) => name!,
  );
  expect([...new Set(rows)].sort()).toEqual(names.sort());
});

describe('docs/errors.md', () => {
  it('lists every error code of the sources; those of one package may stand on its own page', () => {
    const sources = filesBelow('packages', '.ts').filter((file) => !/\.test\.ts$|\/testing\//u.test(file));
    const codes = new Set(
      sources.flatMap((file) =>
        [...textOf(file).matchAll(/(?:new MdpdError|fail|problem|error)\(\s*'([A-Z][A-Z0-9_]{3,})'/gu)].map(
          ([, code]) => code!,
        ),
      ),
    );
    const listed = new Set(
      filesBelow('docs', '.md').flatMap((page) =>
        [...textOf(page).matchAll(/^\| `([A-Z0-9_]+)`/gmu)].map(([, code]) => code!),
      ),
    );
    expect([...codes].filter((code) => !listed.has(code)).sort()).toEqual([]);
  });
});
