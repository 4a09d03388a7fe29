/** `npm run scale`: large data sets of small parts are made, opened and gone through; each in a process of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createOutput, reportFailure } from '@mdpd/cli/output';
import { MdpdError } from '@mdpd/core/errors';
import { writeBetween } from './page.ts';
import { rowText, writeImages, writeRows } from './scale/make.ts';
import type { ScaleFigures, ScaleJob } from './scale/measure.ts';

const childFile = fileURLToPath(new URL('../bin/scale-child.js', import.meta.url));

export const scaleUsage = `Opens a large table of texts in three formats, and a large folder of images.

Usage: npm run scale -- [options]

  --rows N      rows of each table (1000000)
  --images N    images of the folder (100000)
  --markdown    write the table into docs/reliability.md too
`;

interface ScaleRow extends ScaleFigures {
  readonly what: string;
  readonly fileBytes: number | undefined;
}

function figuresOf(job: ScaleJob): ScaleFigures {
  const text = execFileSync(process.execPath, [childFile, JSON.stringify(job)], { encoding: 'utf8' });
  return JSON.parse(text.trimEnd().split('\n').at(-1)!) as ScaleFigures;
}

/** Figures of every data set, each made and removed again. */
export function scaleRows(rows: number, images: number): ScaleRow[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-scale-'));
  try {
    const tables = Object.keys(rowText).map((form): ScaleRow => {
      const name = `rows.${form}`;
      const file = path.join(folder, name);
      writeRows(file, form, rows);
      const figures = figuresOf({ kind: 'table', folder, name });
      const fileBytes = statSync(file).size;
      rmSync(file);
      return { what: form.toUpperCase(), fileBytes, ...figures };
    });
    writeImages(path.join(folder, 'images'), images);
    const figures = figuresOf({ kind: 'images', folder, name: 'images' });
    return [...tables, { what: 'folder of images', fileBytes: undefined, ...figures }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const megabytes = (bytes: number): string => `${Math.max(0, Math.round(bytes / 2 ** 20))} MB`;

export function scaleTable(rows: readonly ScaleRow[]): string {
  const head = [
    '| data set | examples | file | until it is open | most memory | an epoch | most memory | its order |',
    '| --- | --: | --: | --: | --: | --: | --: | --: |',
  ];
  const lines = rows.map((row) =>
    [
      row.what,
      row.size.toLocaleString('en'),
      row.fileBytes === undefined ? '' : megabytes(row.fileBytes),
      `${row.openSeconds.toFixed(1)} s`,
      megabytes(row.openBytes),
      `${row.epochSeconds.toFixed(1)} s`,
      megabytes(row.epochBytes),
      megabytes(row.orderBytes),
    ].join(' | '),
  );
  return [...head, ...lines.map((line) => `| ${line} |`)].join('\n');
}

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '1000000' },
      images: { type: 'string', default: '100000' },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const count = (flag: string, text: string): number => {
    if (/^[1-9]\d{0,7}$/u.test(text)) return Number(text);
    throw new MdpdError('OPTION_VALUE', `option --${flag} is "${text}"`, {
      allowed: 'a number from 1',
      exitCode: 2,
    });
  };
  return { ...values, rows: count('rows', values.rows), images: count('images', values.images) };
}

/** Returns the exit code. */
export async function scale(args: readonly string[]): Promise<number> {
  const output = createOutput({ json: false });
  try {
    const { rows, images, markdown, help } = options(args);
    if (help) {
      output.answer(scaleUsage);
      return 0;
    }
    const table = scaleTable(scaleRows(rows, images));
    output.answer(table);
    const date = new Date().toISOString().slice(0, 10);
    const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`;
    if (markdown)
      await writeBetween('scale', `\`npm run scale -- --markdown\`, ${date}, ${machine}:\n\n${table}`);
    return 0;
  } catch (error) {
    return reportFailure(error, output);
  }
}
