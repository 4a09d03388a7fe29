/**
 * Reads expressions as MDETR prepares them: `finetune_refcoco_train.json`, COCO's layout with one image for every sentence.
 *
 * Source: ashkamath/mdetr, `scripts/fine-tuning/refexp_coco_format.py`.
 */
import { basename, resolve } from 'node:path';
import { MdpdError, systemCode } from '@mdpd/core';
import { eachMember } from '@mdpd/data/text/json-object';
import { parseUntrustedJson } from '@mdpd/data/text/untrusted-json';
import { z } from 'zod';
import { BoxChecker, type Expression } from './example.ts';
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

const invalid = (message: string, place: string): MdpdError =>
  new MdpdError('REFCOCO_INVALID', message, {
    place,
    allowed:
      'images with id, file_name, width, height and caption, each with one annotation: image_id and bbox',
  });

function parse<T>(schema: z.ZodType<T>, element: Uint8Array | undefined, place: string): T {
  if (!element) throw invalid(`it is longer than ${mostElementBytes} bytes`, place);
  const parsed = schema.safeParse(parseUntrustedJson(element, { code: 'REFCOCO_INVALID', place }));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw invalid(`${path.join('.') || 'the entry'}: ${message}`, place);
}

async function readFile(path: string) {
  const images: z.infer<typeof imageSchema>[] = [];
  const boxes = new Map<number, unknown>();
  const take = (member: string, element: Uint8Array | undefined, index: number): void => {
    const place = `${path}, ${member}[${index}]`;
    if (member === 'images') {
      images.push(parse(imageSchema, element, place));
      return;
    }
    const { image_id: image, bbox } = parse(annotationSchema, element, place);
    if (boxes.has(image)) throw invalid(`image ${image} has two boxes`, place);
    boxes.set(image, bbox);
  };
  try {
    const options = { lists: ['images', 'annotations'], mostBytes: mostElementBytes };
    const problem = await eachMember(path, options, take);
    if (problem) throw invalid(`the file is no JSON object: ${problem}`, path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
    throw new MdpdError('DATA_MISSING', `there is no file ${path}`, { place: 'data', exitCode: 2 });
  }
  return { images, boxes };
}

/** Every sentence of a file. Throws DATA_MISSING, DATA_EMPTY, DATA_PATH and REFCOCO_INVALID. */
export async function readMdetr({ file, root, images, directory, warn }: MdetrQuery): Promise<Expression[]> {
  const path = resolve(root, file);
  const read = await readFile(path);
  if (read.images.length === 0)
    throw new MdpdError('DATA_EMPTY', 'the file has no expressions', { place: path });
  const folders = imageFolders(root, images, directory, path);
  const boxes = new BoxChecker();
  const part = basename(file, '.json');
  const expressions: Expression[] = [];
  for (const image of read.images) {
    const place = `${path}, image ${image.id}`;
    const box = boxes.check(read.boxes.get(image.id), image, place);
    const found = await folders.find(image.file_name);
    const size = { width: image.width, height: image.height };
    expressions.push({ image: found, text: image.caption, box, size, part });
  }
  const clipped = boxes.warning(basename(file));
  if (clipped !== undefined) warn(clipped);
  return expressions;
}
