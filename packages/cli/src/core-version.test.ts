import { readFileSync } from 'node:fs';
import { formatError, type MdpdError } from '@mdpd/core';
import { expect, it } from 'vitest';
import { checkCore, coreRangeOf, coreVersion } from './core-version.ts';

function failure(range: string, version: string): string | undefined {
  try {
    checkCore('their-task', range, version);
  } catch (thrown) {
    return formatError(thrown as MdpdError);
  }
  return undefined;
}

it('reads the range from peers, else from dependencies', () => {
  const core = (range: string): Record<string, string> => ({ '@mdpd/core': range });
  expect(coreRangeOf({ peerDependencies: core('^1.0.0'), dependencies: core('2.0.0') })).toBe('^1.0.0');
  expect(coreRangeOf({ dependencies: core('2.0.0') })).toBe('2.0.0');
  expect(coreRangeOf({ dependencies: core('file:../core') })).toBeUndefined();
  expect(coreRangeOf({})).toBeUndefined();
});

it('knows the version of its core', () => {
  const manifest = readFileSync(new URL('../../core/package.json', import.meta.url), 'utf8');
  expect(coreVersion()).toBe((JSON.parse(manifest) as { version: string }).version);
});

it.each([
  ['^1.2.0', '1.9.0'],
  ['^0.1.0', '0.1.7'],
  ['^0.1.0', '0.1.1-rc.1'],
  ['^0.1.0 || ^0.2.0', '0.2.3'],
  ['*', '3.0.0'],
])('%s holds %s', (range, version) => {
  expect(failure(range, version)).toBeUndefined();
});

it('says which of the two is to be renewed', () => {
  expect(failure('^0.1.0', '0.2.0')).toBe(
    'error PLUGIN_VERSION\n  their-task is built for @mdpd/core ^0.1.0, and this is 0.2.0\n' +
      '  fix: npm install their-task@latest, or ask its authors for a version for @mdpd/core 0.2.0',
  );
  expect(failure('^2.0.0', '1.4.0')).toBe(
    'error PLUGIN_VERSION\n  their-task is built for @mdpd/core ^2.0.0, and this is 1.4.0\n' +
      '  fix: npm install @mdpd/cli@latest, or an older version of the plugin',
  );
});
