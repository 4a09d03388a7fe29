/** `mdpd compare <run> <run> …` */
import path from 'node:path';
import { loadRecipe, MdpdError, type TaskProvider } from '@mdpd/core';
import { benchmarkRows, type BenchmarkRow } from './benchmark.ts';
import { benchmarkCells, benchmarkTable } from './benchmark-table.ts';
import { command } from './command.ts';
import { variadic, commonOptions } from './command-line.ts';
import { compareRuns, type ComparedRun, type ComparisonRow, type Spread } from '@mdpd/report/comparison';
import { comparePage } from '@mdpd/report/compare-page';
import { formatCount, formatTable, isShare } from '@mdpd/report/format';
import { writeWhole } from './files.ts';
import { createOutput, toJson, type Output } from './output.ts';
import { loadPlugins } from './plugins.ts';
import { readRunView } from './read-run-view.ts';
import { writtenPage } from './report-file.ts';
import { readFinishedRun, runFiles } from './run-folder.ts';

export default command({
  name: 'compare',
  description: 'Put finished runs into one table; seeds of one recipe become mean ± spread.',
  examples: [
    'mdpd compare runs/mnist/*',
    'mdpd compare runs/norm runs/mdpd --markdown',
    'mdpd compare runs/*/* --glue',
    'mdpd compare runs/mnist/* --html compared.html',
  ],
  args: {
    run: { type: 'positional', valueHint: variadic, required: true, description: 'folders of finished runs' },
    glue: {
      type: 'boolean',
      description: 'a column for every task of GLUE, and the means over tasks, as papers print them',
    },
    markdown: { type: 'boolean', description: 'print a Markdown table' },
    html: {
      type: 'string',
      valueHint: 'file',
      description:
        'write one page: table, accuracy against memory and latency, curves, what recipes differ in',
    },
    json: { type: 'boolean', description: 'print JSON' },
    ...commonOptions,
  },
  run: async (args) => {
    const output = createOutput({ json: args.json === true });
    if (args.html !== undefined) {
      output.answer(writeComparison(args._, args.html, output));
      return 0;
    }
    const runs = readRuns(args._, output);
    const { registry } = await loadPlugins();
    const markdown = args.markdown === true;
    if (args.glue === true) {
      output.answer(benchmarkAnswer(runs, registry.tasks.get('glue'), { output, markdown }));
      return 0;
    }
    const rows = compareRuns(runs);
    const benchmarks = benchmarkRows(runs, registry);
    const format = markdown ? formatMarkdown : formatComparison;
    const text = [format(rows), ...benchmarks.map(formatBenchmark)].join('\n');
    output.answer(output.json ? toJson(benchmarks.length > 0 ? { rows, benchmarks } : rows) : text);
    return 0;
  },
});

/** Writes the page of these runs, also of those that are not finished, and says where. */
function writeComparison(folders: readonly string[], file: string, { json }: Output): string {
  const page = comparePage(folders.map((name) => readRunView(path.resolve(name), name)));
  writeWhole(path.resolve(file), page);
  return writtenPage(file, page, json);
}

interface AnswerOptions {
  readonly output: Output;
  readonly markdown: boolean;
}

/** The table of a benchmark. Runs of other tasks are left out with a message. Throws COMPARE_NONE, COMPARE_TWICE. */
function benchmarkAnswer(
  runs: readonly ComparedRun[],
  provider: TaskProvider,
  { output, markdown }: AnswerOptions,
): string {
  const own = runs.filter(({ name, result: { task } }) => {
    if (task === provider.name) return true;
    output.message(`left out: ${name} is of the task ${task}`);
    return false;
  });
  if (own.length === 0) {
    throw new MdpdError('COMPARE_NONE', `none of these runs is of the task ${provider.name}`, {
      exitCode: 2,
    });
  }
  const rows = benchmarkTable(own, provider);
  if (output.json) return toJson(rows);
  const { cells, textColumns: left, notes: below } = benchmarkCells(rows, settingsText);
  const table = markdown ? markdownTable(cells, left) : formatTable(cells, '', left);
  return [table, '', ...below].join('\n');
}

/** Unfinished runs are left out with a message: a shell pattern names them along with the others. */
function readRuns(folders: readonly string[], output: Output): ComparedRun[] {
  const runs = folders.flatMap((name): ComparedRun[] => {
    try {
      const result = readFinishedRun(name);
      return [{ name, result, recipe: loadRecipe(path.join(name, runFiles.recipe)).tree }];
    } catch (thrown) {
      if (!(thrown instanceof MdpdError) || thrown.code !== 'RUN_UNFINISHED') throw thrown;
      output.message(`left out: ${thrown.message}`);
      return [];
    }
  });
  if (runs.length > 0) return runs;
  throw new MdpdError('RUN_UNFINISHED', 'none of these runs is finished', { exitCode: 1 });
}

/** Columns of the table; those in which no row has anything are left out. */
function columns(rows: readonly ComparisonRow[]): [string, string[]][] {
  const { primary } = rows[0]!;
  const [unit, scale, digits] = isShare(primary) ? [' %', 100, 1] : ['', 1, 4];
  const all: [string, (row: ComparisonRow) => string][] = [
    ['method', ({ method, smoke }) => method + (smoke ? ' (smoke)' : '')],
    ['differs in', ({ settings }) => settingsText(settings)],
    ['seeds', ({ seeds }) => String(seeds.length)],
    [`${primary}${unit}`, ({ faded }) => shown(faded, scale, digits)],
    [`side${unit}`, ({ side }) => shown(side, scale, digits)],
    ['agree %', ({ agreement }) => shown(agreement, 100, 1)],
    ['trained', ({ trained }) => formatCount(trained)],
    ['remain', ({ inference }) => formatCount(inference)],
    ['peak MB', ({ peakRssBytes }) => shown(peakRssBytes, 1e-6, 0)],
    ['s/step', ({ secondsPerStep }) => shown(secondsPerStep, 1, 3)],
    ['ms', ({ fadedMs }) => shown(fadedMs, 1, 1)],
    ['ms with side', ({ sideMs }) => shown(sideMs, 1, 1)],
  ];
  return all
    .map(([name, cell]): [string, string[]] => [name, rows.map(cell)])
    .filter(([, cells]) => cells.some((cell) => cell !== ''));
}

export function formatComparison(rows: readonly ComparisonRow[]): string {
  const table = columns(rows);
  return [formatTable(transpose(table), '', textColumns(table)), '', ...notes(rows)].join('\n');
}

export function formatMarkdown(rows: readonly ComparisonRow[]): string {
  const table = columns(rows);
  return [markdownTable(transpose(table), textColumns(table)), '', ...notes(rows)].join('\n');
}

function markdownTable(cells: readonly string[][], left: number): string {
  const [head, ...body] = cells as [string[], ...string[][]];
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = head.map((_, column) => (column < left ? '---' : '--:'));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

/** `lora, seed 0, 19 runs: mean of 19 tasks 72.3, …` */
export function formatBenchmark({ method, seed, runs, scores }: BenchmarkRow): string {
  const parts = Object.entries(scores).map(([name, value]) => `${name} ${(100 * value).toFixed(2)} %`);
  return `${method}, seed ${seed}, ${runs} runs: ${parts.join(', ')}`;
}

/** How many columns stand before the numbers. */
function textColumns(table: readonly (readonly [string, unknown])[]): number {
  return table.findIndex(([name]) => name === 'seeds');
}

function notes(rows: readonly ComparisonRow[]): string[] {
  const several = rows.some(({ seeds }) => seeds.length > 1);
  return [
    'trained: parameters of backbone and head; remain: parameters at inference; ms: median time of a batch.',
    ...(several ? ['± is the sample standard deviation over seeds.'] : []),
  ];
}

function transpose(table: readonly [string, string[]][]): string[][] {
  const rows = table[0]![1].length;
  return [
    table.map(([name]) => name),
    ...Array.from({ length: rows }, (_, row) => table.map(([, cells]) => cells[row]!)),
  ];
}

/** `fade.train=head seed=1`: the last parts of dotted keys are enough for a table. */
function settingsText(settings: ComparisonRow['settings']): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key.replace(/^(method|train)\./, '')}=${value}`)
    .join(' ');
}

function shown(value: Spread | null, scale: number, digits: number): string {
  if (value === null) return '';
  const fixed = (number: number): string => (number * scale).toFixed(digits);
  return value.deviation === null ? fixed(value.mean) : `${fixed(value.mean)} ± ${fixed(value.deviation)}`;
}
