/**
 * Reads expressions as MDETR prepares them: `finetune_refcoco_train.json`, COCO's layout with one image for every sentence.
 *
 * Source: ashkamath/mdetr, `scripts/fine-tuning/refexp_coco_format.py`.
 */
import { basename, resolve } from 'node:path';
import { MdpdError, systemCode } from '@mdpd/core';
import { CompactColumn } from '@mdpd/data/text/compact-column';
import { Growable } from '@mdpd/data/text/growable';
import { parseEntry } from '@mdpd/data/text/json-entry';
import { eachMember } from '@mdpd/data/text/json-object';
import { z } from 'zod';
import { BoxChecker } from './box-checker.ts';
import { BoxColumn } from './box-column.ts';
import { ExpressionTable, type ExpressionList } from './expressions.ts';
import { imageFolders } from './image-folders.ts';

const mostElementBytes = 1 << 20;

const id = z.int();
const side = z.int().min(1).max(1_000_000);
const imageSchema = z.object({
  id,
  file_name: z.string().min(1).max(4096),
  width: side,
  height: side,
  caption: z.string().trim().min(1).max(65_536),
});
const annotationSchema = z.object({ image_id: id, bbox: z.unknown() });

export interface MdetrQuery {
  /** Relative to `root`. */
  readonly file: string;
  /** Absolute. */
  readonly root: string;
  readonly images: string | undefined;
  readonly directory: string;
  warn(message: string): void;
}

const code = 'REFCOCO_INVALID';
const allowed =
  'images with id, file_name, width, height and caption, each with one annotation: image_id and bbox';
const invalid = (message: string, place: string): MdpdError =>
  new MdpdError(code, message, { place, allowed });

/** Sentences and boxes as they stand in the file, in columns. */
class MdetrTable {
  private readonly ids = new Growable(Float64Array);
  private readonly names = new CompactColumn();
  private readonly captions = new CompactColumn();
  /** [size · 2]: width and height. */
  private readonly sizes = new Growable(Int32Array);
  private readonly boxes = new BoxColumn();
  /** Row of the box, by number of its image. */
  private readonly boxRows = new Map<number, number>();

  get size(): number {
    return this.ids.length;
  }

  addImage({ id: number, file_name: name, width, height, caption }: z.infer<typeof imageSchema>): void {
    this.ids.push(number);
    this.names.pushString(name);
    this.captions.pushString(caption);
    this.sizes.push(width);
    this.sizes.push(height);
  }

  /** False where the image has a box already. */
  addBox(image: number, box: unknown): boolean {
    if (this.boxRows.has(image)) return false;
    this.boxRows.set(image, this.boxes.size);
    this.boxes.push(box);
    return true;
  }

  at(index: number) {
    const number = this.ids.at(index);
    const row = this.boxRows.get(number);
    return {
      id: number,
      name: this.names.value(index) as string,
      caption: this.captions.value(index) as string,
      size: { width: this.sizes.at(2 * index), height: this.sizes.at(2 * index + 1) },
      box: row === undefined ? 'nothing' : this.boxes.at(row),
    };
  }
}

async function readFile(path: string): Promise<MdetrTable> {
  const table = new MdetrTable();
  const take = (member: string, element: Uint8Array | undefined, index: number): void => {
    const place = `${path}, ${member}[${index}]`;
    const options = { code, place, mostBytes: mostElementBytes, allowed };
    if (member === 'images') {
      table.addImage(parseEntry(imageSchema, element, options));
      return;
    }
    const { image_id: image, bbox } = parseEntry(annotationSchema, element, options);
    if (!table.addBox(image, bbox)) throw invalid(`image ${image} has two boxes`, place);
  };
  try {
    const options = { lists: ['images', 'annotations'], mostBytes: mostElementBytes };
    const problem = await eachMember(path, options, take);
    if (problem) throw invalid(`the file is no JSON object: ${problem}`, path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
    throw new MdpdError('DATA_MISSING', `there is no file ${path}`, { place: 'data', exitCode: 2 });
  }
  return table;
}

/** Every sentence of a file. Throws DATA_MISSING, DATA_EMPTY, DATA_PATH and REFCOCO_INVALID. */
export async function readMdetr({
  file,
  root,
  images,
  directory,
  warn,
}: MdetrQuery): Promise<ExpressionList> {
  const path = resolve(root, file);
  const read = await readFile(path);
  if (read.size === 0) throw new MdpdError('DATA_EMPTY', 'the file has no expressions', { place: path });
  const folders = imageFolders(root, images, directory, path);
  const boxes = new BoxChecker();
  const expressions = new ExpressionTable(basename(file, '.json'));
  for (let index = 0; index < read.size; index++) {
    const { id: number, name, caption, size, box: found } = read.at(index);
    const box = boxes.check(found, size, `${path}, image ${number}`);
    expressions.push({ image: await folders.find(name), text: caption, box, size });
  }
  const clipped = boxes.warning(basename(file));
  if (clipped !== undefined) warn(clipped);
  return expressions;
}
