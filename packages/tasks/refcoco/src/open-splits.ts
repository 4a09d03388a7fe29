/** Opens the splits that a recipe names. */
import type { ConstantAnswer, Dataset, SplitName, TaskContext } from '@mdpd/core';
import type { ImageTextReader } from '@mdpd/data/image-text/reader';
import { openFolder } from '@mdpd/data/open-folder';
import { joinRows, rowsOf, spreadRows } from '@mdpd/data/row-list';
import { isMdetr, namedParts, refcocoFiles, type RefcocoData } from './data-schema.ts';
import type { ExpressionList } from './expressions.ts';
import { ExpressionDataset, originOf } from './expression-dataset.ts';
import { readJsonl } from './jsonl-examples.ts';
import { readMdetr } from './mdetr-examples.ts';
import { meanBox } from './mean-box.ts';
import { openRefer } from './refer-examples.ts';

export interface OpenedSplits {
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
  /** Splits of the data set, or files, that the splits of the task join; targets have their numbers. */
  readonly parts: readonly string[];
  readonly baseline?: ConstantAnswer | undefined;
}

/** Gives the expressions of splits, or files. Files of REFER are read once. */
async function openExpressions(
  context: TaskContext,
  data: RefcocoData,
): Promise<(parts: readonly string[]) => Promise<ExpressionList>> {
  const { directory, warn } = context;
  const root = await openFolder(data.root, {
    sources: context.folderSources,
    directory,
    place: 'data.root',
    progress: (done, total) =>
      context.progress?.({ type: 'progress', what: `writing ${data.root}`, done, total }),
  });
  const { images } = data;
  const files = refcocoFiles(data);
  if (files) {
    const opened = await openRefer({ root, files, images, directory, warn });
    return (parts) => opened.expressions(parts);
  }
  const format = data.box ?? 'xywh';
  return async (parts) => {
    const read = parts.map((file) =>
      isMdetr(file)
        ? readMdetr({ file, root, images, directory, warn })
        : readJsonl({ file, root, images, directory, format, warn }),
    );
    return joinRows(await Promise.all(read));
  };
}

/** Names of the parts that there are, in the order in which they come. */
function partsOf(lists: readonly ExpressionList[]): string[] {
  const parts = new Set<string>();
  for (const list of lists) for (let index = 0; index < list.size; index++) parts.add(list.at(index).part);
  return [...parts];
}

function limitOf(
  { limit }: TaskContext,
  data: RefcocoData,
  name: keyof ReturnType<typeof namedParts>,
): number {
  const ofRecipe = typeof data.limit === 'number' ? data.limit : data.limit?.[name];
  return Math.min(ofRecipe ?? Infinity, limit ?? Infinity);
}

/** The splits that are asked for, by name. Throws REFCOCO_DATA, REFCOCO_INVALID, DATA_MISSING and what images throw. */
export async function openSplits(
  context: TaskContext,
  reader: ImageTextReader,
  data: RefcocoData,
): Promise<OpenedSplits> {
  const named = namedParts(data);
  const expressionsOf = await openExpressions(context, data);
  const budget = { remaining: Math.floor(data.cacheMegabytes * 2 ** 20) };
  const read: Partial<Record<SplitName, ExpressionList>> = {};
  for (const name of ['train', 'validation', 'test'] as const) {
    if (named[name].length === 0 || !(context.splits?.includes(name) ?? true)) continue;
    read[name] = spreadRows(await expressionsOf(named[name]), limitOf(context, data, name));
  }
  const parts = partsOf(Object.values(read));
  const splits: Partial<Record<SplitName, Dataset>> = {};
  for (const name of ['train', 'validation', 'test'] as const) {
    const expressions = read[name];
    if (!expressions) continue;
    splits[name] = await ExpressionDataset.open(reader, expressions, {
      origin: originOf(data.name, named[name]),
      parts,
      budget,
      shows: name !== 'train',
      warn: context.warn,
      progress: (done, total) =>
        context.progress?.({ type: 'progress', what: `reading ${name} images`, done, total }),
    });
  }
  return { splits, parts, baseline: meanBox(read.train ?? rowsOf([])) };
}
