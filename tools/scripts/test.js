// @ts-check
/** `npm test`: formatting, lint, types and every package's tests; ends with one line of counts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFolders } from './projects.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);
const environment = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' };

/** @typedef {readonly [name: string, command: readonly string[]]} Step */

/** What is done beside each other, then after each other: the checks of text are slow, and busy one core each. @type {readonly Step[][]} */
const chains = [
  [
    ['formatting', ['prettier', '--check', '--log-level', 'warn', '.']],
    // The lint rule for the arrows between packages reads Nx's project graph, which this makes.
    ['project graph', ['nx', 'show', 'projects']],
    ['lint', ['eslint', '.', '--max-warnings', '0']],
  ],
  [['types', ['node', 'tools/scripts/typecheck.js']]],
];
/** @type {Step} */
const tests = [
  'tests',
  ['nx', 'run-many', '-t', 'test', '--parallel=2', '--output-style=static', ...process.argv.slice(2)],
];

/** Result files of every package that has tests. */
function resultFiles() {
  return projectFolders()
    .map((folder) => join(folder, 'test-results/vitest.json'))
    .filter((file) => existsSync(file));
}

/** @type {string[]} */
const failedSteps = [];

/** @param {Step} step */
async function take([name, [command, ...args]]) {
  const started = Date.now();
  const own = command === 'node';
  const child = spawn(
    own ? process.execPath : 'npx',
    own ? args : ['--no-install', /** @type {string} */ (command), ...args],
    { stdio: 'inherit', env: environment },
  );
  const [status] = await once(child, 'exit');
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name} (${((Date.now() - started) / 1000).toFixed(0)} s)`);
  if (status !== 0) failedSteps.push(name);
}

for (const file of resultFiles()) rmSync(file);
await Promise.all(
  chains.map(async (chain) => {
    for (const step of chain) await take(step);
  }),
);
await take(tests);

let passed = 0;
let failed = 0;
let skipped = 0;
for (const file of resultFiles()) {
  const result = JSON.parse(readFileSync(file, 'utf8'));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  skipped += result.numPendingTests;
}
const othersFailed = failedSteps.filter((name) => name !== 'tests');
if (failedSteps.length > 0) console.log(`failed steps: ${failedSteps.join(', ')}`);
if (failedSteps.includes('tests') && failed === 0) failed = 1;
failed += othersFailed.length;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
