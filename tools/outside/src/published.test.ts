/** What is in the tarballs, as npm would publish them. */
import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, it } from 'vitest';
import { publishedPackages, root } from './workspace.ts';

const packed = inject('packed');

it('is every package of the workspace', () => {
  expect(packed.map(({ name }) => name).sort()).toEqual(publishedPackages().map(({ name }) => name));
});

describe.each(packed)('$name', ({ tarball, files, name }) => {
  const bytes = readFileSync(tarball);
  const content = createPackageFromTarballData(bytes);
  const textOf = (file: string): string => content.readFile(`/node_modules/${name}/${file}`);
  const modules = files.filter((file) => file.startsWith('dist/') && file.endsWith('.js'));

  it('has a README and the licence, and nothing that is only for us', () => {
    expect(textOf('LICENSE')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    expect(textOf('README.md')).toMatch(new RegExp(`^# ${name}\n`, 'u'));
    const ours = /\.test\.|\/(?:testing|oracles|e2e|__snapshots__)\/|\.tsbuildinfo$|tsconfig|vitest\.config/u;
    const own = files.filter((file) => !file.endsWith('.template'));
    expect(own.filter((file) => ours.test(file))).toEqual([]);
  });

  it('has types and a map for every module, and the source that the map names', () => {
    expect(modules.length).toBeGreaterThan(0);
    const missing = modules.flatMap((module) => {
      const map = JSON.parse(textOf(`${module}.map`)) as { readonly sources: readonly string[] };
      const sources = map.sources.map((source) => posix.join(dirname(module), source));
      return [module.replace(/\.js$/u, '.d.ts'), ...sources].filter((file) => !files.includes(file));
    });
    expect(missing).toEqual([]);
  });

  it('passes publint', async () => {
    const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('has types that are right for every entry, where ES modules are understood', async () => {
    const { exports } = JSON.parse(textOf('package.json')) as { readonly exports: object };
    const paths = modules.map((module) => module.replace(/^dist\/(.*)\.js$/u, './$1'));
    const entrypoints = ['.' in exports ? ['.'] : [], paths].flat();
    const result = await checkPackage(content, { entrypoints });
    if (!result.types) throw new Error('the package has no types');
    // Both cannot read packages that are ES modules alone.
    const old = ['node10', 'node16-cjs'];
    const problems = result.problems.filter(
      (problem) => !('resolutionKind' in problem && old.includes(problem.resolutionKind)),
    );
    expect(problems).toEqual([]);
  });
});
