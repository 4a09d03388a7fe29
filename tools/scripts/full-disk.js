// @ts-check
/**
 * npm run full-disk -- [--points 20] [--recipe FILE] [key=value …]
 *
 * Lets the disk of a run be full at so many points of it, evenly over the bytes that it writes; then there is space again,
 * and the run goes on. Every time it must end with DISK_FULL and exit code 1, leave nothing that looks finished, and in the
 * end be, byte by byte, what a run with space enough is.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mdpd = join(root, 'packages/cli/bin/mdpd.js');
const shim = pathToFileURL(fileURLToPath(new URL('./full-disk-shim.mjs', import.meta.url))).href;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    points: { type: 'string', default: '20' },
    recipe: { type: 'string', default: 'configs/vtab/mnist.yaml' },
  },
});
const points = Number(values.points);
const overrides = [
  'train.steps=40',
  'train.checkpoint.steps=10',
  'data.test=mnist:test[:500]',
  ...positionals,
];
const folder = mkdtempSync(join(tmpdir(), 'mdpd-disk-'));
const disk = join(folder, 'disk');
mkdirSync(disk);

/** @param {string} out @param {number} bytes */
function train(out, bytes) {
  const report = join(folder, 'written');
  const args = ['--import', shim, mdpd, 'train', values.recipe, ...overrides, '--out', out, '--resume'];
  const env = {
    ...process.env,
    MDPD_DISK_FOLDER: disk,
    MDPD_DISK_BYTES: String(bytes),
    MDPD_DISK_REPORT: report,
  };
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  return { status, stderr, written: Number(readFileSync(report, 'utf8')) };
}

/** @param {string} out */
function outcome(out) {
  const { metrics, fadeGap } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  const model = createHash('sha256')
    .update(readFileSync(join(out, 'model/model.safetensors')))
    .digest('hex');
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').replaceAll(/,"time":.*/g, '');
  return JSON.stringify({ model, lines, metrics, fadeGap, in: readdirSync(out).sort() });
}

/** @param {string} message @param {string} stderr */
function fail(message, stderr) {
  console.error(stderr);
  console.error(`FAILED: ${message}; ${folder} is kept`);
  process.exit(1);
}

const reference = join(disk, 'enough');
const { status, stderr, written } = train(reference, Infinity);
if (status !== 0) fail(`the undisturbed run ended with ${status}`, stderr);
const wanted = outcome(reference);
console.log(`undisturbed: ${written} bytes written`);
/** @type {Record<string, number>} */
const places = {};
for (let point = 0; point < points; point++) {
  const out = join(disk, `full-${point}`);
  const bytes = Math.floor((point / points) * written);
  const stopped = train(out, bytes);
  const place = /error DISK_FULL at (.*)/.exec(stopped.stderr)?.[1];
  if (stopped.status !== 1 || place === undefined)
    fail(`${bytes} bytes: ended with ${stopped.status}`, stopped.stderr);
  if (/^ {4}at |INTERNAL/m.test(stopped.stderr)) fail(`${bytes} bytes: a stack trace`, stopped.stderr);
  if (existsSync(join(out, 'result.json'))) fail(`${bytes} bytes: looks finished`, stopped.stderr);
  const name =
    String(place).replace(`${disk}/full-${point}`, '').replaceAll(/\d+/g, 'N').replace(/^\/?/, '') ||
    'the folder';
  places[name] = (places[name] ?? 0) + 1;
  const resumed = train(out, Infinity);
  if (resumed.status !== 0) fail(`${bytes} bytes: did not go on`, resumed.stderr);
  if (outcome(out) !== wanted) fail(`${bytes} bytes: other bytes than undisturbed`, resumed.stderr);
}
const counts = Object.entries(places).map(([place, count]) => `${count} at ${place}`);
console.log(
  `full at ${points} points (${counts.join(', ')}): DISK_FULL each time, then the same bytes as undisturbed`,
);
rmSync(folder, { recursive: true });
