/** Reads expressions from JSONL files: `{"image": "photo.jpg", "expression": "the red circle", "bbox": [12, 30, 80, 64]}`. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { MdpdError, systemCode } from '@mdpd/core';
import { ContainedFiles } from '@mdpd/data/contained-files';
import { containedPath } from '@mdpd/data/contained-path';
import { readImageSize } from '@mdpd/data/image-decode';
import { eachLine } from '@mdpd/data/text/byte-lines';
import { CompactColumn } from '@mdpd/data/text/compact-column';
import { Distinct } from '@mdpd/data/text/distinct';
import { Growable } from '@mdpd/data/text/growable';
import { parseEntry } from '@mdpd/data/text/json-entry';
import { z } from 'zod';
import type { ImageSize } from './box-geometry.ts';
import { BoxChecker } from './box-checker.ts';
import { BoxColumn } from './box-column.ts';
import { ExpressionTable, type ExpressionList } from './expressions.ts';

const mostLineBytes = 1 << 20;
/** Headers that are read at the same time. */
const concurrency = 8;

/** Names that others give to the same; the first that is there counts. */
const aliases = [
  ['image', 'file_name'],
  ['expression', 'caption'],
  ['bbox', 'box'],
] as const;
const named = (row: unknown): unknown => {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row;
  const given = row as Record<string, unknown>;
  const pick = (names: readonly string[]): unknown => {
    const name = names.find((each) => Object.hasOwn(given, each));
    return name === undefined ? undefined : given[name];
  };
  return Object.fromEntries(aliases.map((names) => [names[0], pick(names)]));
};
const rowSchema = z.preprocess(
  named,
  z.object({
    image: z.string().min(1).max(4096),
    expression: z.string().trim().min(1).max(65_536),
    bbox: z.array(z.unknown()),
  }),
);
const allowed = 'one object a line, with image, expression and bbox (four numbers)';

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

/** Lines as they stand in the file, in columns. */
class JsonlTable {
  private readonly path: string;
  private readonly folder: string;
  private readonly images = new Growable(Int32Array);
  private readonly texts = new CompactColumn();
  private readonly boxes = new BoxColumn();
  private readonly lines = new Growable(Float64Array);
  /** Paths of images, each once. */
  readonly paths = new Distinct();

  constructor(path: string, folder: string) {
    this.path = path;
    this.folder = folder;
  }

  get size(): number {
    return this.lines.length;
  }

  push(line: Uint8Array | undefined, number: number, format: JsonlQuery['format']): void {
    const place = this.placeOf(number);
    const options = { code: 'REFCOCO_INVALID', place, mostBytes: mostLineBytes, allowed };
    const { image, expression, bbox } = parseEntry(rowSchema, line, options);
    this.images.push(this.paths.number(containedPath(this.folder, image, place)));
    this.texts.pushString(expression);
    this.boxes.push(asXywh(bbox, format));
    this.lines.push(number);
  }

  at(index: number) {
    return {
      image: this.paths.text(this.images.at(index)),
      text: this.texts.value(index) as string,
      box: this.boxes.at(index),
      place: this.placeOf(this.lines.at(index)),
    };
  }

  private placeOf(line: number): string {
    return `${this.path}:${line}`;
  }
}

async function readTable(path: string, folder: string, format: JsonlQuery['format']): Promise<JsonlTable> {
  const table = new JsonlTable(path, folder);
  try {
    await eachLine(path, mostLineBytes, (line, number) => {
      if (line?.length !== 0) table.push(line, number, format);
    });
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
    throw new MdpdError('DATA_MISSING', `there is no file ${path}`, {
      place: 'data',
      allowed: 'a JSONL file with image, expression and bbox; or data.name for the files of REFER',
      exitCode: 2,
    });
  }
  if (table.size > 0) return table;
  throw new MdpdError('DATA_EMPTY', 'the file has no expressions', { place: path });
}

/** Sizes of all images, from their headers. Throws IMAGE_UNREADABLE naming the first bad one. */
async function sizesOf(paths: readonly string[]): Promise<Map<string, ImageSize>> {
  const sizes = new Map<string, ImageSize>();
  for (let start = 0; start < paths.length; start += concurrency) {
    const some = paths.slice(start, start + concurrency);
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
}: JsonlQuery): Promise<ExpressionList> {
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
  const read = await readTable(path, folder, format);
  const files = new ContainedFiles(folder);
  for (let index = 0; index < read.size; index++) {
    const { image, place } = read.at(index);
    await files.has(image, place);
  }
  const sizes = await sizesOf(read.paths.all());
  const boxes = new BoxChecker();
  const expressions = new ExpressionTable(basename(file).replace(/\.jsonl?$/u, ''));
  for (let index = 0; index < read.size; index++) {
    const { image, text, box, place } = read.at(index);
    const size = sizes.get(image)!;
    expressions.push({ image, text, box: boxes.check(box, size, place), size });
  }
  const clipped = boxes.warning(basename(file));
  if (clipped !== undefined) warn(clipped);
  return expressions;
}
