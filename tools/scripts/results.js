// @ts-check
/**
 * `npm run results -- vtab/mnist`: trains every row of `configs/vtab/mnist.results.yaml` with every seed through the
 * command line and writes the table into `docs/results.md` and the figures into `results/`.
 *
 * Finished runs with the same recipe and overrides are kept, in `runs/` or in the committed figures, and not repeated
 * (`--fresh` starts over); `--jobs N` runs N at once, `--only NAME` one row, `--seeds 0,1` some seeds, `--tune` tries the
 * learning rates of `tune` on the validation images instead and writes `results/*.tuning.json`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { renderPage } from './results-page.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);

/**
 * @typedef {{ name: string, overrides: string[], twin?: string, kind: 'control' | 'mdpd' | 'ablation', note?: string,
 *   tune?: Record<string, number[]> }} Row
 * @typedef {{ title: string, metric?: string, blind?: string, recipe: string, seeds: number[], validation: string[], rows: Row[] }} Spec
 * @typedef {{ row: Row, seed: number, out: string, overrides: string[], label: string }} Job
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    seeds: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    tune: { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
  },
});
const name = positionals[0] ?? 'vtab/mnist';
const specFile = `configs/${name}.results.yaml`;
if (!existsSync(specFile)) {
  console.error(`there is no ${specFile}`);
  process.exit(2);
}
/** @type {Spec} */
const spec = parse(readFileSync(specFile, 'utf8'));
const slug = name.replaceAll('/', '-');
const seeds = values.seeds?.split(',').map(Number) ?? spec.seeds;
const target = `results/${slug}${values.tune ? '.tuning' : ''}.json`;
/** Figures hold for the recipe and the backbone that they were measured with. */
const inputs = digest();
const known = readKnown();
const rows = spec.rows.filter((row) => !values.only || values.only.includes(row.name));

/** @returns {Job[]} */
function finalJobs() {
  return seeds.flatMap((seed) =>
    rows.map((row) => ({
      row,
      seed,
      label: `${row.name} seed ${seed}`,
      out: `runs/results/${slug}/${folderName(row.name)}/seed-${seed}`,
      overrides: [...row.overrides, `train.seed=${seed}`],
    })),
  );
}

/** One run for every combination of a row's `tune` lists, on validation images. @returns {Job[]} */
function tuningJobs() {
  return rows.flatMap((row) =>
    combinations(row.tune ?? {}).map((choice) => {
      const text = Object.entries(choice).map(([key, value]) => `${key}=${value}`);
      return {
        row,
        seed: 0,
        label: `${row.name} ${text.join(' ')}`,
        out: `runs/tuning/${slug}/${folderName(row.name)}/${folderName(text.join(' ')) || 'default'}`,
        // What is tuned here replaces what was chosen before.
        overrides: [
          ...row.overrides.filter(
            (override) => !Object.keys(row.tune ?? {}).some((key) => override.startsWith(`${key}=`)),
          ),
          ...spec.validation,
          ...text,
          'train.seed=0',
        ],
      };
    }),
  );
}

/** @param {Record<string, number[]>} lists @returns {Record<string, number>[]} */
function combinations(lists) {
  /** @type {Record<string, number>[]} */
  let all = [{}];
  for (const [key, list] of Object.entries(lists)) {
    all = all.flatMap((choice) => list.map((value) => ({ ...choice, [key]: value })));
  }
  return Object.keys(lists).length === 0 ? [] : all;
}

/** @param {string} text */
function folderName(text) {
  return text.replaceAll(/[^\w.+=-]+/gu, '-').replaceAll(/^-|-$/gu, '');
}

/** Of the recipe (its comments aside) and of the model that it starts from. */
function digest() {
  const recipe = parse(readFileSync(spec.recipe, 'utf8'));
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  const folder = recipe.backbone.replace(/^zoo:/u, 'packages/zoo/models/');
  const weights = join(folder, 'model.safetensors');
  if (existsSync(weights)) hash.update(readFileSync(weights));
  return hash.digest('hex').slice(0, 16);
}

/** @returns {{ row: string, seed: number, overrides: string[], result: any }[]} */
function readKnown() {
  if (values.fresh || !existsSync(target)) return [];
  const { inputs: measuredWith, runs } = JSON.parse(readFileSync(target, 'utf8'));
  return measuredWith === inputs ? runs : [];
}

/** The finished run of a job, from its folder or from the committed figures. @param {Job} job */
function finished({ row, seed, out, overrides }) {
  const file = join(out, 'result.json');
  const stamp = join(out, 'job.json');
  const wanted = JSON.stringify({ inputs, overrides });
  if (existsSync(file) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    return { row: row.name, seed, overrides, result: JSON.parse(readFileSync(file, 'utf8')) };
  }
  return known.find(
    (run) => run.row === row.name && run.seed === seed && run.overrides.join() === overrides.join(),
  );
}

/** @param {Job} job @returns {Promise<void>} */
function run(job) {
  const result = join(job.out, 'result.json');
  if (!values.fresh && finished(job)) return Promise.resolve();
  rmSync(job.out, { recursive: true, force: true });
  mkdirSync(dirname(job.out), { recursive: true });
  const started = Date.now();
  const args = [
    'packages/cli/bin/mdpd.js',
    'train',
    spec.recipe,
    ...job.overrides,
    '--out',
    job.out,
    '--json',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`${job.label} failed (${code}):\n${errors.slice(-2000)}`));
      writeFileSync(join(job.out, 'job.json'), JSON.stringify({ inputs, overrides: job.overrides }));
      const { metrics } = JSON.parse(readFileSync(result, 'utf8'));
      const shown = [metrics.faded?.[metrics.primary], metrics.side?.[metrics.primary]].map((v) =>
        v === undefined ? '–' : (100 * v).toFixed(2),
      );
      console.log(
        `${job.label}: faded ${shown[0]}, side ${shown[1]} (${((Date.now() - started) / 1000).toFixed(0)} s)`,
      );
      resolve();
    });
  });
}

/** @param {Job[]} jobs */
async function runAll(jobs) {
  const queue = [...jobs];
  const worker = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) await run(job);
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, worker));
}

/** What is known of every job of the whole sweep, also of those that were not asked for now. @param {Job[]} jobs */
function collect(jobs) {
  const runs = jobs.map(finished).filter((run) => run !== undefined);
  const asked = new Set(runs.map(({ row, seed, overrides }) => `${row} ${seed} ${overrides.join()}`));
  const others = known.filter(({ row, seed, overrides }) => !asked.has(`${row} ${seed} ${overrides.join()}`));
  const order = spec.rows.map(({ name: row }) => row);
  return [...runs, ...others].sort((a, b) => order.indexOf(a.row) - order.indexOf(b.row) || a.seed - b.seed);
}

const jobs = values.tune ? tuningJobs() : finalJobs();
if (!values.render) await runAll(jobs);
mkdirSync('results', { recursive: true });
const runs = collect(jobs);
writeFileSync(target, `${JSON.stringify({ spec: name, inputs, runs }, null, 1)}\n`);
if (!values.tune) {
  writeFileSync('docs/results.md', renderPage(measured()));
  console.log('wrote docs/results.md');
}

/** Every sweep that has figures, this one included: one section each. @returns {import('./results-page.js').Sweep[]} */
function measured() {
  const names = readdirSync('configs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.results.yaml'))
    .map((file) => file.slice(0, -'.results.yaml'.length));
  return names.sort(firstSweepFirst).flatMap((sweep) => {
    const file = `results/${sweep.replaceAll('/', '-')}`;
    if (!existsSync(`${file}.json`)) return [];
    const read = (/** @type {string} */ path) =>
      existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).runs : [];
    const spec = parse(readFileSync(`configs/${sweep}.results.yaml`, 'utf8'));
    return [{ spec, name: sweep, runs: read(`${file}.json`), tuning: read(`${file}.tuning.json`) }];
  });
}

/** The main job's table comes first. @param {string} a @param {string} b */
function firstSweepFirst(a, b) {
  return Number(b === 'vtab/mnist') - Number(a === 'vtab/mnist') || (a < b ? -1 : 1);
}
