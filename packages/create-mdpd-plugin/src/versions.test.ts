import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mdpdVersion, versions } from './versions.ts';

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const read = (path: string): Manifest =>
  JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')) as Manifest;

it('starts plugins with the versions of this workspace', () => {
  const root = read('package.json');
  const used = ['core', 'data', 'testing'].map((name) => read(`packages/${name}/package.json`).dependencies);
  expect(mdpdVersion).toBe(root.version);
  for (const [name, version] of Object.entries(versions)) {
    const known = [root.devDependencies, root.dependencies, ...used]
      .map((all) => all?.[name])
      .filter(Boolean);
    expect([...new Set(known)], name).toEqual([version]);
  }
});
