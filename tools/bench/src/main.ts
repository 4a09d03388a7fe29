/** `npm run bench`: measures what was asked for, prints it, and writes the table of docs/performance.md. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MdpdError, messageOf } from '@mdpd/core/errors';
import { createOutput, reportFailure, toJson, type Output } from '@mdpd/cli/output';
import { buildChild } from './built-child.ts';
import { comparisonText, compareRow, smallShape, tolerance, type Comparison } from './check.ts';
import { collect, isMeasured, plan, type Problem, type ResultRow } from './collect.ts';
import { engineStatus, measure } from './engines.ts';
import { benchEnvironment, environmentText, type BenchEnvironment, type Statuses } from './environment.ts';
import type { EngineName, EngineStatus } from './job.ts';
import { parseOptions, usage, type BenchOptions } from './options.ts';
import { writePage } from './page.ts';
import { settle } from './processors.ts';
import type { BenchShape } from './shapes.ts';
import { markdownText, terminalText } from './table.ts';
import { missingTexts } from './texts.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pageFile = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));

interface Results {
  readonly rows: readonly ResultRow[];
  readonly problems?: readonly Problem[];
  readonly environment: BenchEnvironment;
}

/** Returns the exit code: 0 all measured, 1 something failed or was different, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const output = createOutput({ json: args.includes('--json') });
  // Leaving stops the process that measures.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  try {
    const options = parseOptions(args);
    if (options.help) output.answer(usage);
    else if (options.check) return await check(options, output);
    else return await bench(options, output);
    return 0;
  } catch (error) {
    return reportFailure(error, output);
  }
}

async function bench(options: BenchOptions, output: Output): Promise<number> {
  const results = options.from === undefined ? await run(options, output) : readResults(options.from);
  output.answer(
    output.json
      ? toJson(results)
      : `${terminalText(results.rows)}\n\n${environmentText(results.environment)}`,
  );
  if (options.markdown) {
    await writePage(pageFile, `${environmentText(results.environment)}\n\n${markdownText(results.rows)}`);
  }
  return (results.problems ?? []).length > 0 ? 1 : 0;
}

async function run(options: BenchOptions, output: Output): Promise<Results> {
  const { statuses, engines } = await availableEngines(options.engines, output);
  const threads = statuses.compiled?.threads ?? availableParallelism();
  const works = plan({ ...options, engines, shapes: availableShapes(options, output) });
  if (works.length === 0) throw nothingToDo(options);
  const script = engines.some((name) => name !== 'pytorch') ? await buildChild() : undefined;
  const { rows, problems } = await collect(works, threads, {
    measure: (job) => measure(job, script),
    settle,
    say: output.message,
  });
  const environment = await benchEnvironment(root, statuses, { threads, rounds: options.repeats });
  return { rows, ...(problems.length > 0 ? { problems } : {}), environment };
}

/** Those that work; the others are named, with the reason. */
async function availableEngines(
  wanted: readonly EngineName[],
  output: Output,
): Promise<{ statuses: Statuses; engines: EngineName[] }> {
  const statuses: Partial<Record<EngineName, EngineStatus>> = {};
  for (const engine of wanted) {
    const status = await engineStatus(engine);
    statuses[engine] = status;
    output.message(
      status.available ? `${engine}: ${status.reason}` : `${engine} is skipped: ${status.reason}`,
    );
  }
  return { statuses, engines: wanted.filter((engine) => statuses[engine]?.available) };
}

/** Those whose texts are there; the others are named, with the reason. */
function availableShapes({ shapes, rows }: BenchOptions, output: Output): BenchShape[] {
  return shapes.filter((shape) => {
    const asked = rows.some((row) => isMeasured(shape, row));
    const missing = shape.texts && asked ? missingTexts(shape.texts) : undefined;
    if (missing !== undefined) output.message(`${shape.name} is skipped: ${missing}`);
    return missing === undefined;
  });
}

function nothingToDo({ engines, shapes }: BenchOptions): MdpdError {
  return new MdpdError(
    'BENCH_NOTHING',
    `there is nothing to measure: ${engines.join(', ')} on ${shapes.map(({ name }) => name).join(', ')}`,
    { fix: 'choose another --engine, --shape or --only; wasm runs vit-s only' },
  );
}

/** Throws BENCH_FILE. */
function readResults(file: string): Results {
  try {
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as Partial<Results>;
    if (Array.isArray(parsed.rows) && parsed.environment) return parsed as Results;
  } catch (error) {
    throw new MdpdError('BENCH_FILE', messageOf(error), { place: file, exitCode: 2 });
  }
  throw new MdpdError('BENCH_FILE', 'this is not what the bench writes', {
    place: file,
    fix: 'npm run bench --silent -- --json > FILE',
    exitCode: 2,
  });
}

async function check(options: BenchOptions, output: Output): Promise<number> {
  const { engines, statuses } = await availableEngines(options.engines, output);
  if (options.engines.includes('pytorch') && !statuses.pytorch?.available) {
    throw new MdpdError('BENCH_NOTHING', 'there is no PyTorch to compare with', {
      fix: 'set MDPD_PYTHON to a Python that has torch',
    });
  }
  const comparisons: Comparison[] = [];
  // The side network's head is zero at first: without training its path says nothing.
  const rows = options.rows.filter(({ name, kind }) => name !== 'latency-side' && kind !== 'epoch');
  const families = new Map(options.shapes.map(({ model }) => [model.family, smallShape(model)]));
  for (const shape of families.values()) {
    for (const row of rows) {
      for (const engine of engines.filter((name) => name !== 'pytorch')) {
        comparisons.push(await compareRow(shape, row, engine));
      }
    }
  }
  output.answer(output.json ? toJson({ comparisons, tolerance }) : comparisonText(comparisons));
  return comparisons.every(({ difference }) => difference <= tolerance) ? 0 : 1;
}
