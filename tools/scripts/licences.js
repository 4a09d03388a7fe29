// @ts-check
/**
 * `npm run licences`: writes THIRD_PARTY_LICENSES, the licence of every package of package-lock.json, those that only
 * some systems install included. It fails where one is not allowed. `--check` compares instead of writing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = join(root, 'THIRD_PARTY_LICENSES');

/** @typedef {{ readonly version: string, readonly license?: string, readonly dev?: boolean, readonly link?: boolean }} Locked */
/** @typedef {{ readonly name: string, readonly version: string, readonly licence: string, readonly dev: boolean }} Package */

/** Licences that any dependency may have: permissive ones, which ask for a notice at most. */
const allowed = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
];

/** Licences that ask for more, with why these packages may have them. @type {readonly { licence: string, names: RegExp, reason: string }[]} */
const exceptions = [
  {
    licence: 'LGPL-3.0-or-later',
    names: /^@img\/sharp-/,
    reason: 'libvips beside sharp: a library of its own, unchanged, which anybody can replace; optional',
  },
  {
    licence: 'MPL-2.0',
    names: /^(lightningcss(-[\w-]+)?|axe-core)$/,
    reason: 'used unchanged by the build alone; nothing of it is published',
  },
  {
    licence: 'Python-2.0',
    names: /^argparse$/,
    reason: 'used by the build alone; nothing of it is published',
  },
  {
    licence: 'CC-BY-4.0',
    names: /^caniuse-lite$/,
    reason: 'a table that the build alone reads; nothing of it is published',
  },
];

/** @returns {Package[]} */
function packages() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const entries = /** @type {[string, Locked][]} */ (Object.entries(lock.packages));
  const all = entries
    .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
    .map(([path, { version, license = 'none is named', dev = false }]) => {
      return { name: path.replace(/^.*node_modules\//, ''), version, licence: license, dev };
    });
  const byKey = new Map(all.map((each) => [`${each.name} ${each.version}`, each]));
  // A version that is installed twice counts as published where one of the two is.
  for (const each of all) if (!each.dev) byKey.set(`${each.name} ${each.version}`, each);
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

/** Whether an SPDX expression can be satisfied: of alternatives one, of conjunctions all. @param {Package} each */
function isAllowed({ name, licence }) {
  /** @param {string} id */
  const one = (id) =>
    allowed.includes(id) || exceptions.some((each) => each.licence === id && each.names.test(name));
  return licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((alternative) => alternative.split(' AND ').every(one));
}

/** @param {string} title @param {readonly Package[]} list */
function section(title, list) {
  const lines = list.map(({ name, version, licence }) => `${`${name} ${version}`.padEnd(56)} ${licence}`);
  return `${title}\n${'-'.repeat(title.length)}\n\n${lines.join('\n')}\n`;
}

/** @param {readonly Package[]} found */
function page(found) {
  const reasons = exceptions.map(({ licence, reason }) => `${licence}: ${reason}.`);
  return [
    'Licences of the packages that mdpd stands on. Written by `npm run licences` from package-lock.json; their texts',
    'come with the packages. Nothing of them is copied into the packages that mdpd publishes.\n',
    `Allowed for all: ${allowed.join(', ')}.`,
    `${reasons.join('\n')}\n`,
    section(
      'Installed with mdpd, or optionally',
      found.filter(({ dev }) => !dev),
    ),
    section(
      'Used to build and to test it',
      found.filter(({ dev }) => dev),
    ),
  ].join('\n');
}

const found = packages();
const refused = found.filter((each) => !isAllowed(each));
for (const { name, version, licence } of refused)
  console.error(`${name} ${version}: licence ${licence} is not allowed; see tools/scripts/licences.js`);
const text = page(found);
if (process.argv.includes('--check')) {
  const isCurrent = readFileSync(file, 'utf8') === text;
  if (!isCurrent) console.error('THIRD_PARTY_LICENSES is not current: npm run licences');
  process.exitCode = isCurrent && refused.length === 0 ? 0 : 1;
} else {
  writeFileSync(file, text);
  console.log(`THIRD_PARTY_LICENSES: ${found.length} packages`);
  process.exitCode = refused.length === 0 ? 0 : 1;
}
