/**
 * Reads RefCOCO, RefCOCO+ and RefCOCOg as REFER stores them: `refs(unc).p` and `instances.json`.
 *
 * Source: lichengunc/refer, `refer.py`.
 */
import { join } from 'node:path';
import { MdpdError, messageOf, systemCode } from '@mdpd/core';
import { readPickleFile } from '@mdpd/data/pickle/plain-pickle';
import type { PlainValue } from '@mdpd/data/pickle/plain-values';
import { parseEntry } from '@mdpd/data/text/json-entry';
import { eachMember } from '@mdpd/data/text/json-object';
import { z } from 'zod';
import type { RefcocoFiles } from './data-schema.ts';
import { Instances } from './instances.ts';
import { ReferenceTable, type Reference } from './references.ts';

/** Of one image or annotation: outlines may be long. */
const mostElementBytes = 1 << 24;
/** Fifty times RefCOCO. A pickle may name one list of sentences many times. */
const mostSentences = 10_000_000;

const invalid = (message: string, place: string): MdpdError =>
  new MdpdError('REFCOCO_INVALID', message, { place });

function missing(path: string, { name }: RefcocoFiles): MdpdError {
  return new MdpdError('DATA_MISSING', `there is no file ${path}`, {
    place: 'data.root',
    allowed: `data.root with ${name}/refs(…).p and ${name}/instances.json`,
    fix: 'get the files of REFER, https://github.com/lichengunc/refer; data.root=zoo:scenes makes a folder of that kind',
    exitCode: 2,
  });
}

/** What `read` gives; a file that is not there is DATA_MISSING. */
async function orMissing<T>(
  path: string,
  files: RefcocoFiles,
  read: (path: string) => Promise<T>,
): Promise<T> {
  try {
    return await read(path);
  } catch (error) {
    if (error instanceof MdpdError) throw error;
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw missing(path, files);
    if (code === undefined) throw error;
    throw new MdpdError('DATA_UNREADABLE', messageOf(error), { place: path, cause: error });
  }
}

type PlainRecord = { [key: string]: PlainValue };

function fieldOf<T extends 'number' | 'string'>(
  record: PlainRecord,
  key: string,
  type: T,
  place: string,
): T extends 'number' ? number : string {
  const value = record[key];
  const fits = type === 'number' ? Number.isSafeInteger(value) : typeof value === 'string';
  if (fits) return value as T extends 'number' ? number : string;
  const found = value === undefined ? 'is missing' : `is no ${type === 'number' ? 'integer' : 'text'}`;
  throw invalid(`"${key}" ${found}`, place);
}

const isRecord = (value: PlainValue | undefined): value is PlainRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The cleaned sentence, or where nothing is left of it the raw one; '' where there is nothing at all. */
function sentenceOf(value: PlainValue, place: string): string {
  if (!isRecord(value)) throw invalid('a sentence is no dictionary', place);
  const sent = fieldOf(value, 'sent', 'string', place).trim();
  return sent !== '' || value['raw'] === undefined ? sent : fieldOf(value, 'raw', 'string', place).trim();
}

function referenceOf(value: PlainValue, place: string): Reference {
  if (!isRecord(value)) throw invalid('a reference is no dictionary', place);
  const sentences = value['sentences'];
  if (!Array.isArray(sentences)) throw invalid('"sentences" is no list', place);
  return {
    annotation: fieldOf(value, 'ann_id', 'number', place),
    image: fieldOf(value, 'image_id', 'number', place),
    split: fieldOf(value, 'split', 'string', place),
    sentences: sentences.map((each) => sentenceOf(each, place)),
  };
}

/** Every reference in the file's order. Throws DATA_MISSING, PICKLE_INVALID, PICKLE_UNSAFE, REFCOCO_INVALID. */
export async function readReferences(root: string, files: RefcocoFiles): Promise<ReferenceTable> {
  const path = join(root, files.name, `refs(${files.splitBy}).p`);
  const list = await orMissing(path, files, (each) => readPickleFile(each));
  if (!Array.isArray(list)) throw invalid('the pickle holds no list of references', path);
  const references = new ReferenceTable();
  for (const [index, value] of list.entries()) {
    const reference = referenceOf(value, `${path}[${index}]`);
    if (references.sentenceCount + reference.sentences.length > mostSentences)
      throw invalid(`there are more than ${mostSentences} sentences`, path);
    references.push(reference);
  }
  return references;
}

const id = z.int();
const side = z.int().min(1).max(1_000_000);
const imageSchema = z.object({ id, file_name: z.string().min(1).max(4096), width: side, height: side });
const annotationSchema = z.object({ id, image_id: id, bbox: z.unknown() });

/**
 * The images and annotations that the references name, element by element: the file may be larger than memory. Throws
 * DATA_MISSING and REFCOCO_INVALID.
 */
export async function readInstances(
  root: string,
  files: RefcocoFiles,
  references: ReferenceTable,
): Promise<Instances> {
  const file = join(root, files.name, 'instances.json');
  const wantedImages = references.images();
  const wanted = references.annotations();
  const instances = new Instances(file);
  const take = (member: string, element: Uint8Array | undefined, index: number): void => {
    const place = `${file}, ${member}[${index}]`;
    const options = { code: 'REFCOCO_INVALID', place, mostBytes: mostElementBytes };
    if (member === 'images') {
      const { id: number, file_name: name, width, height } = parseEntry(imageSchema, element, options);
      if (wantedImages.has(number)) instances.addImage(number, { name, width, height });
    } else {
      const { id: number, image_id: image, bbox } = parseEntry(annotationSchema, element, options);
      if (wanted.has(number)) instances.addAnnotation(number, image, bbox);
    }
  };
  const options = { lists: ['images', 'annotations'], mostBytes: mostElementBytes };
  const problem = await orMissing(file, files, (path) => eachMember(path, options, take));
  if (problem) throw invalid(`the file is no JSON object: ${problem}`, file);
  return instances;
}
