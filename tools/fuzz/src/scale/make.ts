/** Large data sets of small parts. */
import { closeSync, linkSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { createRandom } from '@mdpd/tensor/random';
import { pngOf } from '../mutate/images.ts';

const words =
  'the a small large red green old new fox house river stone runs sees under over never always was bright'.split(
    ' ',
  );

/** A sentence of some ten words. */
export function sentenceOf(row: number): string {
  const random = createRandom(row);
  return Array.from({ length: 6 + random.integer(9) }, () => words[random.integer(words.length)]!).join(' ');
}

/** How a row of text and class is written, by the ending of its file. */
export const rowText: Readonly<Record<string, (text: string, label: number) => string>> = {
  tsv: (text, label) => `${text}\t${label}\n`,
  csv: (text, label) => `"${text}, ""so to say""",${label}\n`,
  jsonl: (text, label) => `${JSON.stringify({ text, label })}\n`,
};

/** Rows repeat after so many: making a million sentences would take longer than reading them. */
const differentRows = 10_000;

export function writeRows(file: string, form: string, rows: number): void {
  const write = rowText[form]!;
  const different = Array.from({ length: Math.min(rows, differentRows) }, (_, row) =>
    write(sentenceOf(row), row % 4),
  );
  const handle = openSync(file, 'w');
  if (form !== 'jsonl') writeSync(handle, form === 'tsv' ? 'text\tlabel\n' : 'text,label\n');
  for (let row = 0; row < rows; row += different.length)
    writeSync(handle, different.slice(0, rows - row).join(''));
  closeSync(handle);
}

const side = 8;

/** Grey, of one value. */
function png(value: number): Buffer {
  const rows = Buffer.alloc(side * (side + 1), value);
  for (let row = 0; row < side; row++) rows[row * (side + 1)] = 0;
  return pngOf([
    { type: 'IHDR', data: Buffer.from([0, 0, 0, side, 0, 0, 0, side, 8, 0, 0, 0, 0]) },
    { type: 'IDAT', data: deflateSync(rows) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ]);
}

/** Ten classes; names of one image (hard links), 200 different ones in all. */
export function writeImages(folder: string, images: number): void {
  const source = path.join(folder, '.different');
  mkdirSync(source, { recursive: true });
  const different = Array.from({ length: 200 }, (_, value) => path.join(source, `${value}.png`));
  for (const [value, file] of different.entries()) writeFileSync(file, png(value));
  for (let label = 0; label < 10; label++)
    mkdirSync(path.join(folder, `class-${label}`), { recursive: true });
  for (let index = 0; index < images; index++)
    linkSync(different[index % different.length]!, path.join(folder, `class-${index % 10}`, `${index}.png`));
}
