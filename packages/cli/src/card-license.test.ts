import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { licenseOf } from './card-license.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-license-'));
afterAll(() => rmSync(folder, { recursive: true }));

const of = (card: string): unknown => {
  writeFileSync(path.join(folder, 'README.md'), card);
  return licenseOf(folder)?.metadata;
};

it('takes what the card of the starting model says', () => {
  expect(of('---\nlanguage: en\nlicense: apache-2.0\n---\n# BERT\n')).toEqual({ license: 'apache-2.0' });
  expect(of('---\r\nlicense: other\r\nlicense_name: Some terms\r\n---\r\n')).toEqual({
    license: 'other',
    license_name: 'Some terms',
  });
});

it.each([
  ['# no metadata\nlicense: mit\n'],
  ['---\nlanguage: en\n---\n'],
  ['---\nlicense: [mit, apache-2.0]\n---\n'],
  ['---\nlicense: "MIT\\n- evil"\n---\n'],
  ['---\nlicense: Do what you like\n---\n'],
  ['---\nlicense: {{\n---\n'],
  ['---\na: &a [x]\nlicense: *a\n---\n'],
  [''],
])('makes none up: %j', (card) => {
  expect(of(card)).toBeUndefined();
});

it('knows none without a card', () => {
  expect(licenseOf(undefined)).toBeUndefined();
  expect(licenseOf(path.join(folder, 'nowhere'))).toBeUndefined();
});
