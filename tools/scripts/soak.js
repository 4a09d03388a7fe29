// @ts-check
/**
 * npm run soak -- [--minutes 60] [--recipe FILE] [key=value …]
 *
 * Trains for so long, with evaluations and checkpoints all the time, and looks at the process every five seconds: resident
 * set, open files, threads, files in the run's folder and in the folder for temporary files. Then stops it with SIGINT and says how
 * each grew, from a tenth of the time on (or where the recipe's last phase begins, if that is later). Ends with 1 where one
 * did not stay flat. Linux alone: it reads /proc.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '60' },
    recipe: { type: 'string', default: 'configs/vtab/mnist.yaml' },
  },
});
const seconds = 60 * Number(values.minutes);
const interval = 5;

const temporary = mkdtempSync(join(tmpdir(), 'mdpd-soak-'));
const out = mkdtempSync(join(tmpdir(), 'mdpd-soak-run-'));
const run = join(out, 'run');
const settings = [
  'train.steps=1000000',
  // Joint steps from the fifth on: a phase that begins later would look like growth.
  'method.warmup=0.000005',
  'train.schedule=constant',
  'train.evaluateEvery=0.5',
  'data.validation=mnist:test[:200]',
  'train.checkpoint.steps=50',
  ...positionals,
];
const child = spawn(
  process.execPath,
  [join(root, 'packages/cli/bin/mdpd.js'), 'train', values.recipe, ...settings, '--out', run],
  { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: temporary } },
);
let said = '';
child.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-2000)));
const ended = once(child, 'exit');

/** @param {string} folder @returns {number} */
function filesIn(folder) {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isDirectory() ? filesIn(join(folder, entry.name)) : 1),
    0,
  );
}

/** @param {string} name */
function statusOf(name) {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
}

/** What is looked at, and by how much it may grow in an hour: `share` of its mean, or `count`. */
const watched = {
  'resident set, MB': { read: () => statusOf('VmRSS') / 1000, share: 0.02, count: 0 },
  'open files': { read: () => readdirSync(`/proc/${child.pid}/fd`).length, share: 0, count: 1 },
  threads: { read: () => statusOf('Threads'), share: 0, count: 1 },
  // A checkpoint that is being written has files of its own.
  'files of the run': { read: () => filesIn(run), share: 0, count: 1 },
  'temporary files': { read: () => filesIn(temporary), share: 0, count: 1 },
};
/** @typedef {keyof typeof watched} Name */
const names = /** @type {Name[]} */ (Object.keys(watched));

/** @type {{ at: number, found: number[] }[]} */
const samples = [];
const began = performance.now();
const elapsed = () => (performance.now() - began) / 1000;
while (elapsed() < seconds && child.exitCode === null) {
  await wait(interval * 1000);
  try {
    samples.push({ at: elapsed(), found: names.map((name) => watched[name].read()) });
  } catch {
    // The process ended between two looks.
  }
}
const early = child.exitCode !== null;
child.kill('SIGINT');
const [code, signal] = await ended;

const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
const steps = lines.filter((line) => line.startsWith('{"type":"step"')).length;
const evaluations = lines.filter((line) => line.startsWith('{"type":"evaluation"')).length;
const left = { temporary: filesIn(temporary), lock: existsSync(join(run, 'run.lock')) };
console.log(
  `${(elapsed() / 60).toFixed(1)} minutes: ${steps} steps, ${evaluations} evaluations, a checkpoint every 50 steps`,
);

/** @param {readonly number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

let flat = !early;
if (early) console.log(`the run ended by itself (${signal ?? code}):\n${said}`);
const kept = samples.filter(({ at }) => at >= Math.max(seconds / 10, 30));
names.forEach((name, column) => {
  const found = kept.map((sample) => sample.found[column] ?? 0);
  const hours = kept.map(({ at }) => at / 3600);
  const [middle, centre] = [mean(found), mean(hours)];
  const covariance = mean(found.map((value, i) => (value - middle) * ((hours[i] ?? 0) - centre)));
  const slope = covariance / mean(hours.map((hour) => (hour - centre) ** 2));
  const { share, count } = watched[name];
  const allowed = share * middle + count;
  const grows = slope > allowed;
  flat &&= !grows;
  console.log(
    `${name}: ${found[0]?.toFixed(0)} at first, ${found.at(-1)?.toFixed(0)} at last, ` +
      `${Math.min(...found).toFixed(0)} to ${Math.max(...found).toFixed(0)}, ` +
      `${slope.toFixed(2)} an hour (at most ${allowed.toFixed(1)})${grows ? ' GROWS' : ''}`,
  );
});
console.log(
  `ended with ${signal ?? code}; left: ${left.temporary} temporary files${left.lock ? ', a lock' : ''}`,
);
if (left.temporary > 0 || left.lock || code !== 130) flat = false;
rmSync(out, { recursive: true, force: true });
rmSync(temporary, { recursive: true, force: true });
console.log(flat ? 'flat' : 'NOT FLAT');
process.exit(flat ? 0 : 1);
