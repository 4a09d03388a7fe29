/** The recipe's `data` of referring expressions. */
import { MdpdError } from '@mdpd/core';
import { blindField, limitField, readerFields } from '@mdpd/data/image-text/recipe-fields';
import { z } from 'zod';
import { boxMetricKinds } from './box-metrics.ts';

export const dataSets = ['refcoco', 'refcoco+', 'refcocog'] as const;
export type DataSetName = (typeof dataSets)[number];

const source = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const { maxLength, tokenizer, preprocessing, cacheMegabytes } = readerFields;

export const refcocoSchema = z.strictObject({
  name: z
    .enum(dataSets)
    .optional()
    .describe(
      'data set in the files of REFER; without it, train, validation and test name files of JSONL, or of MDETR (.json)',
    ),
  root: z
    .string()
    .min(1)
    .default('.')
    .describe('folder with refcoco/, refcoco+/ or refcocog/ (or with the JSONL files), or a folder source'),
  splitBy: z
    .enum(['unc', 'google', 'umd'])
    .optional()
    .describe('who divided the data set: refs(SPLITBY).p; default unc, of refcocog umd'),
  images: z
    .string()
    .min(1)
    .optional()
    .describe(
      'folder of the images; default: where COCO has them below the root, or the root of JSONL files',
    ),
  box: z
    .enum(['xywh', 'xyxy'])
    .optional()
    .describe('of JSONL files: whether a box is x, y, width, height or the two corners, in pixels'),
  train: source.default('train').describe('split to learn from, or a JSONL file'),
  validation: source
    .optional()
    .describe('split, or file, for choices during development; val. A list joins several'),
  test: source
    .optional()
    .describe('splits that the result is measured on: val, testA, testB, test. A list joins several'),
  metric: z
    .enum(boxMetricKinds)
    .default('iou')
    .describe("primary metric: precision at an IoU of 0.5, or at a generalized IoU (`giou`, MDETR's)"),
  maxLength,
  tokenizer,
  preprocessing,
  cacheMegabytes,
  blind: blindField,
  limit: limitField('expressions'),
});
export type RefcocoData = z.infer<typeof refcocoSchema>;

/** Splits of the data sets, by who divided them. */
const splitsBy = {
  unc: ['train', 'val', 'testA', 'testB'],
  umd: ['train', 'val', 'test'],
  google: ['train', 'val'],
} as const;

const testOf = { unc: ['testA', 'testB'], umd: ['test'], google: ['val'] } as const;

export interface RefcocoFiles {
  readonly name: DataSetName;
  readonly splitBy: keyof typeof splitsBy;
}

const wrong = (message: string, place: string, allowed: string, fix?: string): MdpdError =>
  new MdpdError('REFCOCO_DATA', message, { place, allowed, fix, exitCode: 2 });

/** Which files the recipe means. */
export function refcocoFiles(data: RefcocoData): RefcocoFiles | undefined {
  if (data.name === undefined) return undefined;
  const splitBy = data.splitBy ?? (data.name === 'refcocog' ? 'umd' : 'unc');
  const given =
    data.name === 'refcocog' ? ['umd', 'google'] : data.name === 'refcoco' ? ['unc', 'google'] : ['unc'];
  if (given.includes(splitBy)) return { name: data.name, splitBy };
  throw wrong(`${data.name} was not divided by ${splitBy}`, 'data.splitBy', given.join(', '));
}

/** A file of MDETR ends in .json, one of JSON lines in .jsonl. */
export const isMdetr = (file: string): boolean => file.endsWith('.json');

const listOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

/** Splits of the data set, or files, by what they are for. Throws REFCOCO_DATA for those that do not exist. */
export function namedParts(
  data: RefcocoData,
): Readonly<Record<'train' | 'validation' | 'test', readonly string[]>> {
  const refer = refcocoFiles(data);
  const { train, validation, test } = data;
  if (!refer) {
    if (data.box === undefined) {
      throw wrong(
        'boxes of JSONL files may be written in two ways',
        'data.box',
        'xywh, xyxy',
        'data.box=xywh',
      );
    }
    if (data.splitBy !== undefined) throw wrong('JSONL files are not divided', 'data.splitBy', 'nothing');
    const files = { train: listOf(train), validation: listOf(validation ?? []), test: listOf(test ?? []) };
    if (data.box === 'xywh' || !Object.values(files).flat().some(isMdetr)) return files;
    throw wrong("boxes of MDETR's files are xywh", 'data.box', 'xywh');
  }
  if (data.box !== undefined) throw wrong(`boxes of ${refer.name} are xywh`, 'data.box', 'nothing');
  const known: readonly string[] = splitsBy[refer.splitBy];
  const checked = (key: string, names: readonly string[]): readonly string[] => {
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) return names;
    const what = `${refer.name} (${refer.splitBy}) has no split "${unknown}"`;
    throw wrong(what, `data.${key}`, known.join(', '));
  };
  return {
    train: checked('train', listOf(train)),
    validation: checked('validation', listOf(validation ?? [])),
    test: checked('test', listOf(test ?? testOf[refer.splitBy])),
  };
}
