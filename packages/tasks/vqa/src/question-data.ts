/** Opens splits of questions. */
import { basename } from 'node:path';
import type { SplitName, TaskContext } from '@mdpd/core';
import type { MemoryBudget } from '@mdpd/data/byte-store';
import { openFolder } from '@mdpd/data/open-folder';
import { joinRows, pickRows, spreadRows } from '@mdpd/data/row-list';
import { parseSplitSpec, sliceRange } from '@mdpd/data/split-spec';
import type { QuestionList } from './questions.ts';
import type { QuestionsQuery } from './vqa-files.ts';

export const splitNames = ['train', 'validation', 'test'] as const;
export type AskedSplit = (typeof splitNames)[number];

/** Reads all questions of one named list. */
export type ReadQuestions = (query: QuestionsQuery) => Promise<QuestionList>;

interface SplitData {
  readonly root: string;
  readonly limit?: number | Partial<Record<AskedSplit, number | undefined>> | undefined;
  readonly cacheMegabytes: number;
}

const forms =
  'the name of a list (train2014, train_balanced) with an optional slice, several joined by " + "';

/** Questions of `a[:100] + b`. Throws DATA_SPEC, DATA_EMPTY and what `read` throws. */
export async function readSpec(
  read: ReadQuestions,
  spec: string,
  query: Omit<QuestionsQuery, 'name'>,
): Promise<QuestionList> {
  const lists: QuestionList[] = [];
  for (const part of parseSplitSpec(spec, query.place, forms)) {
    const name = part.kind === 'path' ? part.path : part.text;
    const list = await read({ ...query, name });
    const [start, stop] = sliceRange(part, list.size, query.place, 'question');
    lists.push(
      pickRows(
        list,
        Int32Array.from({ length: stop - start }, (_, index) => start + index),
      ),
    );
  }
  return joinRows(lists);
}

/** At most as many as recipe and `--smoke` allow, evenly spread. */
export function limited(
  questions: QuestionList,
  split: SplitName,
  { limit }: SplitData,
  context: TaskContext<SplitData>,
): QuestionList {
  const ofRecipe = typeof limit === 'number' ? limit : limit?.[split as AskedSplit];
  return spreadRows(questions, Math.min(ofRecipe ?? Infinity, context.limit ?? Infinity));
}

export const openRoot = (context: TaskContext<SplitData>, { root }: SplitData): Promise<string> =>
  openFolder(root, {
    sources: context.folderSources,
    directory: context.directory,
    place: 'data.root',
    progress: (done, total) => context.progress?.({ type: 'progress', what: `writing ${root}`, done, total }),
  });

export const originOf = (root: string, spec: string): string => `${basename(root)}/${spec}`;

/** How images of a split are opened. */
export const imagesOptions = (
  context: TaskContext<SplitData>,
  split: string,
  origin: string,
  budget: MemoryBudget,
) => ({
  origin,
  budget,
  warn: context.warn,
  progress: (done: number, total: number) =>
    context.progress?.({ type: 'progress', what: `reading ${split} images`, done, total }),
});
