import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mdpdVersion, versions } from './versions.ts';

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const read = (path: string): Manifest =>
  JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')) as Manifest;

it('starts plugins with the versions of this workspace', () => {
  const root = read('package.json');
  const packages = ['core', 'data', 'testing', 'tasks/vtab'].map((name) =>
    read(`packages/${name}/package.json`),
  );
  const used = [root, ...packages].flatMap((each) => [
    each.dependencies,
    each.devDependencies,
    each.peerDependencies,
  ]);
  expect(mdpdVersion).toBe(root.version);
  for (const [name, version] of Object.entries(versions)) {
    // Peers may be ranges.
    const known = used.map((all) => all?.[name]).filter((each) => each && /^\d/u.test(each));
    expect([...new Set(known)], name).toEqual([version]);
  }
});
