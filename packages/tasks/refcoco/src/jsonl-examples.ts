/** Reads expressions from JSONL files: `{"image": "photo.jpg", "expression": "the red circle", "bbox": [12, 30, 80, 64]}`. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { isUtf8 } from 'node:buffer';
import { MdpdError, messageOf, systemCode } from '@mdpd/core';
import { ContainedFiles } from '@mdpd/data/contained-files';
import { containedPath } from '@mdpd/data/contained-path';
import { readImageSize } from '@mdpd/data/image-decode';
import { eachLine } from '@mdpd/data/text/byte-lines';
import { z } from 'zod';
import type { ImageSize } from './box-geometry.ts';
import { BoxChecker, type Expression } from './example.ts';

const mostLineBytes = 1 << 20;
/** Headers that are read at the same time. */
const concurrency = 8;

/** Names that others give to the same. */
const aliases = {
  image: ['image', 'file_name'],
  expression: ['expression', 'caption'],
  bbox: ['bbox', 'box'],
} as const;
const rowSchema = z.object({
  image: z.string().min(1).max(4096),
  expression: z.string().trim().min(1).max(65_536),
  bbox: z.array(z.unknown()),
});

interface Row {
  readonly image: string;
  readonly text: string;
  readonly bbox: readonly unknown[];
  readonly place: string;
}

export interface JsonlQuery {
  /** Relative to `root`. */
  readonly file: string;
  /** Absolute. */
  readonly root: string;
  /** Folder of the images, relative to `directory`; default: the file's own. */
  readonly images: string | undefined;
  readonly directory: string;
  readonly format: 'xywh' | 'xyxy';
  warn(message: string): void;
}

const invalid = (message: string, place: string): MdpdError =>
  new MdpdError('REFCOCO_INVALID', message, {
    place,
    allowed: 'one object a line, with image, expression and bbox (four numbers)',
  });

function parseRow(line: Uint8Array | undefined, place: string): Row {
  if (!line) throw invalid(`the line is longer than ${mostLineBytes} bytes`, place);
  if (!isUtf8(line)) throw invalid('the line is not UTF-8', place);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(line).toString('utf8'));
  } catch (error) {
    throw invalid(`the line is not JSON: ${messageOf(error)}`, place);
  }
  if (typeof value !== 'object' || value === null) throw invalid('the line is no object', place);
  const given = value as Record<string, unknown>;
  const pick = (names: readonly string[]): unknown =>
    names.filter((name) => Object.hasOwn(given, name)).map((name) => given[name])[0];
  const parsed = rowSchema.safeParse({
    image: pick(aliases.image),
    expression: pick(aliases.expression),
    bbox: pick(aliases.bbox),
  });
  if (parsed.success) {
    const { image, expression, bbox } = parsed.data;
    return { image, text: expression, bbox, place };
  }
  const { path, message } = parsed.error.issues[0]!;
  throw invalid(`${path.join('.')}: ${message}`, place);
}

async function readRows(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  try {
    await eachLine(path, mostLineBytes, (line, number) => {
      if (line?.length === 0) return;
      rows.push(parseRow(line, `${path}:${number}`));
    });
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
    throw new MdpdError('DATA_MISSING', `there is no file ${path}`, {
      place: 'data',
      allowed: 'a JSONL file with image, expression and bbox; or data.name for the files of REFER',
      exitCode: 2,
    });
  }
  if (rows.length > 0) return rows;
  throw new MdpdError('DATA_EMPTY', 'the file has no expressions', { place: path });
}

/** Sizes of all images, from their headers. Throws IMAGE_UNREADABLE naming the first bad one. */
async function sizesOf(paths: readonly string[]): Promise<Map<string, ImageSize>> {
  const unique = [...new Set(paths)];
  const sizes = new Map<string, ImageSize>();
  for (let start = 0; start < unique.length; start += concurrency) {
    const some = unique.slice(start, start + concurrency);
    const read = await Promise.all(
      some.map((path) => readImageSize(path, { fix: 'repair or replace the file' })),
    );
    some.forEach((path, index) => sizes.set(path, read[index]!));
  }
  return sizes;
}

/** From corners, where the file has those; what is no number is left to the check of boxes. */
function asXywh(values: readonly unknown[], format: JsonlQuery['format']): unknown {
  const [left, top, right, bottom] = values as number[];
  return format === 'xywh' || values.length !== 4 || !values.every((value) => typeof value === 'number')
    ? values
    : [left!, top!, right! - left!, bottom! - top!];
}

/** Every line of a file. Throws DATA_MISSING, DATA_EMPTY, DATA_PATH, IMAGE_UNREADABLE and REFCOCO_INVALID. */
export async function readJsonl({
  file,
  root,
  images,
  directory,
  format,
  warn,
}: JsonlQuery): Promise<Expression[]> {
  const path = resolve(root, file);
  const folder = images === undefined ? dirname(path) : resolve(directory, images);
  if (
    images !== undefined &&
    !(await stat(folder).then(
      (info) => info.isDirectory(),
      () => false,
    ))
  ) {
    throw new MdpdError('DATA_MISSING', `there is no folder ${folder}`, {
      place: 'data.images',
      exitCode: 2,
    });
  }
  const rows = await readRows(path);
  const paths = rows.map((row) => containedPath(folder, row.image, row.place));
  const files = new ContainedFiles(folder);
  for (const [index, each] of paths.entries()) await files.has(each, rows[index]!.place);
  const sizes = await sizesOf(paths);
  const boxes = new BoxChecker();
  const part = basename(file).replace(/\.jsonl?$/u, '');
  const expressions = rows.map(({ text, bbox, place }, index) => {
    const size = sizes.get(paths[index]!)!;
    return { image: paths[index]!, text, box: boxes.check(asXywh(bbox, format), size, place), size, part };
  });
  const clipped = boxes.warning(basename(file));
  if (clipped !== undefined) warn(clipped);
  return expressions;
}
