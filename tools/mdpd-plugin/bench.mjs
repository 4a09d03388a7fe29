// @ts-check
/**
 * `nx run task-vtab:bench:mnist --methods=head,norm,mdpd`: a few steps of a recipe with each method, and one table of them.
 * Other arguments are settings of every run. Times of so few steps say which method is cheaper, metrics nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerOf, mdpd, takeOption } from './command.mjs';

const [recipe = '', ...given] = process.argv.slice(2);
const { value: methods = await installedMethods(), rest } = takeOption(given, 'methods');
const json = rest.includes('--json');
const settings = rest.filter((argument) => argument !== '--json');
const folder = mkdtempSync(join(tmpdir(), 'mdpd-bench-'));
class Stopped extends Error {
  /** @param {number} code */
  constructor(code) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

/** @type {string[]} */
const runs = [];
try {
  for (const method of methods.split(',')) {
    const out = join(folder, method);
    const { code } = await answerOf([
      'train',
      recipe,
      'train.steps=20',
      ...settings,
      `method=${method}`,
      '--out',
      out,
    ]);
    if (code !== 0) throw new Stopped(code);
    runs.push(out);
  }
  process.exitCode = await mdpd(['compare', ...runs, ...(json ? ['--json'] : [])]);
} catch (thrown) {
  if (!(thrown instanceof Stopped)) throw thrown;
  process.exitCode = thrown.code;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Every method of every installed plugin. */
async function installedMethods() {
  const { text } = await answerOf(['list', '--json']);
  return JSON.parse(text)
    .methods.map((/** @type {{ name: string }} */ { name }) => name)
    .join(',');
}
