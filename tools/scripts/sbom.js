// @ts-check
/**
 * `npm run sbom`: the software bill of materials of what mdpd installs, CycloneDX 1.5, on standard output; with
 * `-- FILE` into a file. From package-lock.json alone, so that it holds what any system would install.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const options = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
const text = execFileSync('npm', ['sbom', ...options], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64_000_000,
  shell: process.platform === 'win32',
});
const bill = JSON.parse(text);
// npm names these after the folders that they happen to stand in.
bill.metadata.component.name = name;
for (const component of bill.components) component.name = component['bom-ref'].replace(/(.)@.*$/, '$1');
// `--omit dev` also leaves out what is installed with mdpd where tests of another package need it too.
/** @typedef {{ 'bom-ref': string, properties?: { name: string, value: string }[] }} Component */
bill.components = bill.components.filter(
  (/** @type {Component} */ { properties }) =>
    !properties?.some(({ name: key, value }) => key === 'cdx:npm:package:development' && value === 'true'),
);
const kept = new Set([
  bill.metadata.component['bom-ref'],
  ...bill.components.map((/** @type {Component} */ each) => each['bom-ref']),
]);
bill.dependencies = bill.dependencies
  .filter((/** @type {{ ref: string }} */ { ref }) => kept.has(ref))
  .map((/** @type {{ ref: string, dependsOn: string[] }} */ { ref, dependsOn }) => ({
    ref,
    dependsOn: dependsOn.filter((each) => kept.has(each)),
  }));
const written = `${JSON.stringify(bill, undefined, 2)}\n`;
const [file] = process.argv.slice(2);
if (file === undefined) process.stdout.write(written);
else writeFileSync(file, written);
