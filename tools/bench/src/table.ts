/** The table of a run: for the terminal, and as Markdown. */
import { formatCount, formatTable } from '@mdpd/report/format';
import { rows as benchRows, type EngineName } from './job.ts';
import type { ResultRow } from './collect.ts';
import { disturbed } from './processors.ts';
import { shapes } from './shapes.ts';
import { enginesOf, find, targets, valueOf, verdicts, type Metric, type Verdict } from './targets.ts';

/** Cells of a shape's table, header first. */
export type Cells = readonly (readonly string[])[];

const missing = '–';

export function cells(results: readonly ResultRow[], shape: string): Cells {
  const engines = enginesOf(results, shape);
  const versus = engines.includes('compiled') ? engines.filter((engine) => engine !== 'compiled') : [];
  const header = [
    'row',
    ...engines.map((engine) => `${engine}, ms`),
    ...engines.map((engine) => `${engine}, MB`),
    ...versus.flatMap((engine) =>
      engine === 'wasm' ? ['wasm ÷ ours'] : ['time ÷ pytorch', 'memory ÷ pytorch'],
    ),
  ];
  const body = benchRows
    .filter(({ name }) => results.some((each) => each.shape === shape && each.row === name))
    .map(({ name }) => {
      const of = (engine: EngineName): ResultRow | undefined => find(results, shape, name, engine);
      return [
        name,
        ...engines.map((engine) => timeCell(of(engine))),
        ...engines.map((engine) => memoryCell(of(engine))),
        ...versus.flatMap((engine) =>
          engine === 'wasm'
            ? [speedup(results, shape, name)]
            : [ratioCell(results, shape, name, 'time'), ratioCell(results, shape, name, 'memory')],
        ),
      ];
    });
  return [header, ...body];
}

/** Median and, in brackets, the minimum; `*` where others used the processors meanwhile. */
function timeCell(result: ResultRow | undefined): string {
  if (!result) return missing;
  const mark = result.othersCpu > disturbed ? '*' : '';
  return `${milliseconds(result.ms)}${mark} (${milliseconds(result.minMs)})`;
}

function milliseconds(value: number): string {
  return value < 9.95 ? value.toFixed(1) : formatCount(value);
}

function memoryCell(result: ResultRow | undefined): string {
  return result ? formatCount(result.peakRssBytes / 1e6) : missing;
}

/** Ours ÷ PyTorch's, with the target where there is one. */
function ratioCell(results: readonly ResultRow[], shape: string, row: string, metric: Metric): string {
  const ours = find(results, shape, row, 'compiled');
  const other = find(results, shape, row, 'pytorch');
  if (!ours || !other) return missing;
  const target = targets.find(
    (each) =>
      each.shape === shape &&
      each.row === row &&
      each.metric === metric &&
      each.reference.engine === 'pytorch' &&
      each.reference.row === row,
  );
  return `${(valueOf(ours, metric) / valueOf(other, metric)).toFixed(2)}${target ? ` (≤ ${target.atMost})` : ''}`;
}

function speedup(results: readonly ResultRow[], shape: string, row: string): string {
  const ours = find(results, shape, row, 'compiled');
  const wasm = find(results, shape, row, 'wasm');
  return ours && wasm ? (wasm.ms / ours.ms).toFixed(1) : missing;
}

/** `vit-s norm: 1.08 × the time of pytorch norm, at most 1.10: met`; `doubtful` where a time was disturbed. */
export function verdictLine({ target, ratio, met, doubtful }: Verdict): string {
  const { shape, row, metric, atMost, reference } = target;
  const digits = atMost < 0.2 ? 3 : 2;
  const what = `${ratio.toFixed(digits)} × the ${metric} of ${reference.engine} ${reference.row}`;
  return `${shape} ${row}: ${what}, at most ${atMost.toFixed(digits)}: ${met ? 'met' : 'missed'}${doubtful ? ', doubtful' : ''}`;
}

export function terminalText(results: readonly ResultRow[]): string {
  const tables = shapesOf(results).map(
    ({ name, title }) => `${title}\n${formatTable(cells(results, name), '  ')}`,
  );
  const lines = verdicts(results).map((verdict) => `  ${verdictLine(verdict)}`);
  return [
    ...tables,
    ...(lines.length > 0 ? [`Targets\n${lines.join('\n')}`] : []),
    ...footnotes(results, '*'),
  ].join('\n\n');
}

export function markdownText(results: readonly ResultRow[]): string {
  const tables = shapesOf(results).map(
    ({ name, title }) => `### ${title}\n\n${markdownTable(cells(results, name))}`,
  );
  const lines = verdicts(results).map((verdict) => `- ${verdictLine(verdict)}`);
  return [
    ...tables,
    ...(lines.length > 0 ? [`### Targets\n\n${lines.join('\n')}`] : []),
    ...footnotes(results, '\\*'),
  ].join('\n\n');
}

function footnotes(results: readonly ResultRow[], star: string): string[] {
  const marked = results.some(({ othersCpu }) => othersCpu > disturbed);
  return marked
    ? [`${star} other processes used more than ${100 * disturbed} % of the processors meanwhile.`]
    : [];
}

function shapesOf(results: readonly ResultRow[]): { readonly name: string; readonly title: string }[] {
  const names = [...new Set(results.map(({ shape }) => shape))];
  return names.map((name) => {
    const shape = shapes.find((each) => each.name === name);
    if (!shape) return { name, title: name };
    const { model, batch } = shape;
    const sizes = `${model.blocks} blocks × ${model.width}, ${model.heads} heads, ${model.tokens} tokens`;
    return { name, title: `${name}: ${sizes}, batch ${batch}` };
  });
}

export function markdownTable([header, ...body]: Cells): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const rule = header!.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(header!), line(rule), ...body.map(line)].join('\n');
}
