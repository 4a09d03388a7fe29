import { describe, expect, it } from 'vitest';
import { activeConditions, packageEntry } from './package-entry.ts';

const entry = (exports: unknown, conditions = ['node', 'import', 'default']): string | undefined =>
  packageEntry('/pkg', { name: 'p', exports }, conditions);

describe('packageEntry', () => {
  it.each([
    ['./a.js', '/pkg/a.js'],
    [{ '.': './a.js', './b': './b.js' }, '/pkg/a.js'],
    [{ import: './a.mjs', default: './a.cjs' }, '/pkg/a.mjs'],
    [{ require: './a.cjs', default: './a.js' }, '/pkg/a.js'],
    [{ '.': { types: './a.d.ts', node: { import: './n.mjs' }, default: './a.js' } }, '/pkg/n.mjs'],
    [{ '.': [{ browser: './b.js' }, './a.js'] }, '/pkg/a.js'],
    [{ './b': './b.js' }, undefined],
    [null, undefined],
    [{ '.': '../outside.js' }, undefined],
  ])('%j', (exports, file) => {
    expect(entry(exports)).toBe(file);
  });

  it('takes sources only where they are asked for', () => {
    const exports = { '.': { '@mdpd/source': './src/plugin.ts', default: './dist/plugin.js' } };
    expect(packageEntry('/pkg', { name: 'p', exports }, activeConditions('file:///cli/src/x.ts'))).toBe(
      '/pkg/src/plugin.ts',
    );
    expect(packageEntry('/pkg', { name: 'p', exports }, activeConditions('file:///cli/dist/x.js'))).toBe(
      '/pkg/dist/plugin.js',
    );
  });

  it('falls back to main', () => {
    expect(packageEntry('/pkg', { name: 'p', main: 'lib/a.js' })).toBe('/pkg/lib/a.js');
    expect(packageEntry('/pkg', { name: 'p' })).toBe('/pkg/index.js');
  });
});
