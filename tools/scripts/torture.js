// @ts-check
/**
 * npm run torture -- [--kills 50] [--recipe FILE] [--seed 0] [key=value …]
 *
 * Kills a training at random moments (SIGKILL: nothing can be tidied up) and goes on with it, until it has survived as
 * many kills as asked for and is done; then compares it, byte by byte, with one that was never disturbed. Two of five
 * kills wait for a checkpoint that is being written; the others come while a process begins, between steps, and while the
 * model is evaluated. A run that is done before all kills were made is begun again in a new folder.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mdpd = join(root, 'packages/cli/bin/mdpd.js');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '50' },
    recipe: { type: 'string', default: 'configs/vtab/mnist.yaml' },
    seed: { type: 'string', default: '0' },
  },
});
const kills = Number(values.kills);
const overrides = positionals.some((word) => word.startsWith('train.checkpoint.steps='))
  ? positionals
  : [...positionals, 'train.checkpoint.steps=10'];
const folder = mkdtempSync(join(tmpdir(), 'mdpd-torture-'));

let state = Number(values.seed) >>> 0;
/** A number from 0 to 1: mulberry32. */
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

/** @param {string} out */
function train(out) {
  const args = [mdpd, 'train', values.recipe, ...overrides, '--out', out, '--resume'];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  return { child, said: () => said, ended: once(child, 'exit') };
}

/** @param {string} file */
const bytesOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** What must be the same: everything but times. @param {string} out */
function outcome(out) {
  const { metrics, fadeGap, agreement } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  const model = readdirSync(join(out, 'model')).filter((name) => name !== 'README.md');
  const files = Object.fromEntries(model.sort().map((name) => [name, bytesOf(join(out, 'model', name))]));
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').replaceAll(/,"time":.*/g, '');
  return JSON.stringify({ files, lines, metrics, fadeGap, agreement, in: readdirSync(out).sort() });
}

/** Lines of steps that a run has written. @param {string} out */
function stepsOf(out) {
  const file = join(out, 'metrics.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8').split('{"type":"step"').length - 1 : 0;
}

/** @param {string} out */
function isWriting(out) {
  const checkpoint = join(out, 'checkpoint');
  return existsSync(checkpoint) && readdirSync(checkpoint).some((name) => name.includes('.tmp-'));
}

/** Where a process stands: what a kill hits. @param {string} out @param {number} before steps when it began */
function momentOf(out, before) {
  if (existsSync(join(out, 'result.json'))) return 'the end';
  if (isWriting(out)) return 'a checkpoint being written';
  if (existsSync(join(out, 'model'))) return 'evaluation';
  return stepsOf(out) > before ? 'steps' : 'the beginning';
}

/** Most milliseconds that a kill waits for its moment. */
const patience = 180_000;

/** @param {() => boolean} reached @param {() => boolean} over @param {number} every milliseconds */
async function until(reached, over, every) {
  const end = performance.now() + patience;
  while (!reached() && !over() && performance.now() < end) await wait(every);
}

/**
 * Waits for the moment of a kill: while a process begins, between steps (soon or late after its first one), while a checkpoint
 * is being written, or once the model is saved.
 * @param {string} out @param {number} before @param {() => boolean} over
 */
async function moment(out, before, over) {
  const kind = random();
  if (kind < 0.2) return wait(random() * startup);
  if (kind < 0.25) await until(() => existsSync(join(out, 'model')), over, 20);
  else await until(() => stepsOf(out) > before, over, 20);
  const soon = kind < 0.6 || random() < 0.5;
  if (!over()) await wait(random() * (soon ? 1500 : 4000));
  if (kind >= 0.6) await until(() => isWriting(out), over, 1);
}

/** Every ending but our kill and success is a failure. @param {{ said: () => string }} run @param {unknown[]} ending */
function check({ said }, [code, signal]) {
  if (code === 0 || signal === 'SIGKILL') return;
  console.error(said());
  console.error(`FAILED: ended with ${code ?? signal}; ${folder} is kept`);
  process.exit(1);
}

const began = performance.now();
const reference = join(folder, 'undisturbed');
const first = train(reference);
let firstOver = false;
void first.ended.then(() => (firstOver = true));
await until(
  () => stepsOf(reference) > 0,
  () => firstOver,
  20,
);
/** Milliseconds until the first step. */
const startup = performance.now() - began;
check(first, await first.ended);
const wanted = outcome(reference);
const duration = performance.now() - began;
console.log(`undisturbed: ${(duration / 1000).toFixed(0)} s`);

/** @type {Record<string, number>} */
const moments = {};
let done = 0;
let runs = 0;
let different = 0;
while (done < kills || runs === 0) {
  const out = join(folder, `tortured-${runs++}`);
  for (;;) {
    const before = stepsOf(out);
    const run = train(out);
    let over = false;
    void run.ended.then(() => (over = true));
    if (done < kills) {
      await moment(out, before, () => over);
      if (!over) {
        const hit = momentOf(out, before);
        run.child.kill('SIGKILL');
        moments[hit] = (moments[hit] ?? 0) + 1;
        done++;
      }
    }
    check(run, await run.ended);
    if (existsSync(join(out, 'result.json'))) break;
  }
  const same = outcome(out) === wanted;
  if (!same) different++;
  console.log(`run ${runs}: ${same ? 'the same bytes' : 'OTHER BYTES'} after ${done} kills so far`);
}
const counts = Object.entries(moments).map(([moment, count]) => `${count} in ${moment}`);
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  `${done} kills survived (${counts.join(', ')}) in ${runs} runs of ${values.recipe}: ` +
    `${different === 0 ? 'the same bytes as undisturbed' : `${different} DIFFERENT`}; ${seconds} s`,
);
if (different > 0) {
  console.error(`${folder} is kept`);
  process.exit(1);
}
rmSync(folder, { recursive: true });
