import { readFileSync } from 'node:fs';
import { formatError, type MdpdError } from '@mdpd/core';
import { expect, it } from 'vitest';
import { importSharp, sharpVersion } from './sharp-library.ts';

it('names the command that installs the library', async () => {
  const missing = importSharp(() => import('not-installed-anywhere' as string) as never);
  const error = await missing.catch((thrown: unknown) => thrown);
  expect(formatError(error as MdpdError)).toBe(
    'error SHARP_MISSING\n  the package sharp, which reads images, is not installed\n' +
      `  fix: npm install sharp@${sharpVersion}`,
  );
});

it('passes on what a broken library says', async () => {
  const broken = importSharp(() => Promise.reject(new Error('Could not load the "sharp" module')));
  await expect(broken).rejects.toThrow('Could not load the "sharp" module');
});

it('names the version that this package is tested with and allows', () => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const manifest = JSON.parse(text) as Record<string, Record<string, string>>;
  expect(manifest['devDependencies']!['sharp']).toBe(sharpVersion);
  expect(manifest['peerDependencies']!['sharp']).toBe(`^${sharpVersion}`);
});
