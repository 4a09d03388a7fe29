/** Reads captions as COCO stores them, and false ones as FOIL-COCO does. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MdpdError, systemCode, type JsonValue } from '@mdpd/core';
import { ContainedFiles } from '@mdpd/data/contained-files';
import { containedPath } from '@mdpd/data/contained-path';
import { parseUntrustedJson } from '@mdpd/data/text/untrusted-json';
import { z } from 'zod';

export interface CaptionedImage {
  /** Absolute. */
  readonly path: string;
  /** True of the image. */
  readonly captions: readonly string[];
  /** A word makes them false; none where they are not asked for. */
  readonly foils: readonly string[];
}

const mostFileBytes = 2 ** 30;

const id = z.int();
const fileSchema = z.object({
  images: z.array(z.object({ id, file_name: z.string().min(1).max(4096) })).min(1),
  annotations: z
    .array(z.object({ image_id: id, caption: z.string().min(1).max(65_536), foil: z.boolean().optional() }))
    .min(1),
});

async function readJson(path: string, place: string): Promise<JsonValue> {
  try {
    const { size } = await stat(path);
    if (size <= mostFileBytes) {
      return parseUntrustedJson(await readFile(path), { code: 'CAPTIONS_INVALID', place: path });
    }
    throw new MdpdError('CAPTIONS_INVALID', `${size} bytes are more than ${mostFileBytes}`, { place: path });
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
    throw new MdpdError('DATA_MISSING', `there is no file ${path}`, {
      place,
      allowed: 'data.root with annotations/captions_SUBTYPE.json (data.foils: annotations/foil_SUBTYPE.json)',
      fix: 'data.root=zoo:captioned-scenes makes a folder of that kind',
      exitCode: 2,
    });
  }
}

function parse(json: JsonValue, place: string): z.infer<typeof fileSchema> {
  const parsed = fileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new MdpdError('CAPTIONS_INVALID', `${path.join('.') || 'the file'}: ${message}`, {
    place,
    allowed: 'images with id and file_name, annotations with image_id and caption',
  });
}

export interface CaptionsQuery {
  /** Absolute. */
  readonly root: string;
  readonly subtype: string;
  /** Whether false captions are wanted: they are in a file of their own. */
  readonly foils: boolean;
  /** Recipe key, for messages. */
  readonly place: string;
}

/**
 * Every image that has a caption, in the file's order.
 * Throws DATA_MISSING, CAPTIONS_INVALID, and DATA_PATH where an image's name leaves its folder.
 */
export async function readCaptions({
  root,
  subtype,
  foils,
  place,
}: CaptionsQuery): Promise<CaptionedImage[]> {
  const file = join(root, 'annotations', `${foils ? 'foil' : 'captions'}_${subtype}.json`);
  const { images, annotations } = parse(await readJson(file, place), file);
  const byId = new Map<number, { path: string; captions: string[]; foils: string[] }>();
  const folder = join(root, subtype);
  const files = new ContainedFiles(folder);
  for (const image of images) {
    const path = containedPath(folder, image.file_name, file);
    // One that is not there is told of when it is read.
    await files.has(path, file);
    byId.set(image.id, { path, captions: [], foils: [] });
  }
  for (const { image_id: number, caption, foil = false } of annotations) {
    const image = byId.get(number);
    if (!image) {
      const message = `a caption is about image ${number}, which is not among the images`;
      throw new MdpdError('CAPTIONS_INVALID', message, { place: file });
    }
    (foil ? image.foils : image.captions).push(caption);
  }
  return [...byId.values()].filter(({ captions }) => captions.length > 0);
}
