/** Opens what both tasks over captions read: splits of images with encoded captions. */
import { basename } from 'node:path';
import type { SplitName, TaskContext } from '@mdpd/core';
import type { MemoryBudget } from '@mdpd/data/byte-store';
import type { ImageDataset } from '@mdpd/data/image-dataset';
import { openImages } from '@mdpd/data/image-text/images';
import type { ImageTextReader } from '@mdpd/data/image-text/reader';
import { encodeTexts } from '@mdpd/data/image-text/texts';
import { rowsOf } from '@mdpd/data/row-list';
import { openFolder } from '@mdpd/data/open-folder';
import type { TextDataset } from '@mdpd/data/text/text-dataset';
import { readCaptions } from './caption-files.ts';
import type { CaptionData } from './caption-schema.ts';

/** Images of one split, and all texts about them one after the other. */
export interface CaptionSplit {
  readonly origin: string;
  readonly images: ImageDataset;
  readonly texts: TextDataset;
  /** Numbers of an image's captions and foils among `texts`. */
  readonly captions: readonly (readonly number[])[];
  readonly foils: readonly (readonly number[])[];
}

interface SplitOptions {
  readonly name: SplitName;
  readonly root: string;
  readonly subtype: string;
  readonly foils: boolean;
  readonly limit: number | undefined;
  readonly budget: MemoryBudget;
}

async function openCaptionSplit(
  context: TaskContext,
  reader: ImageTextReader,
  options: SplitOptions,
): Promise<CaptionSplit> {
  const { name, root, subtype, foils, limit, budget } = options;
  const all = await readCaptions({ root, subtype, foils, place: 'data.root' });
  const size = Math.min(limit ?? all.length, all.length);
  const chosen = Array.from({ length: size }, (_, index) => all[Math.floor((index * all.length) / size)]!);
  const origin = `${basename(root)}/${subtype}`;
  const texts: string[] = [];
  const numbered = (values: readonly string[]): number[] => values.map((text) => texts.push(text) - 1);
  const captions = chosen.map((image) => numbered(image.captions));
  const foilNumbers = chosen.map((image) => numbered(image.foils));
  const paths = chosen.map(({ path }) => path);
  const images = await openImages(reader, paths, {
    origin,
    budget,
    warn: context.warn,
    progress: (done, total) =>
      context.progress?.({ type: 'progress', what: `reading ${name} images`, done, total }),
  });
  const encoded = await encodeTexts(reader, rowsOf(texts), origin);
  if (encoded.truncated > 0) {
    context.warn(
      `${origin}: ${encoded.truncated} of ${texts.length} captions are cut to ${reader.maxLength} tokens`,
    );
  }
  return { origin, images, texts: encoded, captions, foils: foilNumbers };
}

/** The splits that are asked for, by name. */
export async function openCaptionSplits(
  context: TaskContext,
  reader: ImageTextReader,
  data: CaptionData & { readonly foils?: boolean },
): Promise<Partial<Record<SplitName, CaptionSplit>>> {
  const root = await openFolder(data.root, {
    sources: context.folderSources,
    directory: context.directory,
    place: 'data.root',
    progress: (done, total) =>
      context.progress?.({ type: 'progress', what: `writing ${data.root}`, done, total }),
  });
  const budget = { remaining: Math.floor(data.cacheMegabytes * 2 ** 20) };
  const splits: Partial<Record<SplitName, CaptionSplit>> = {};
  for (const name of ['train', 'validation', 'test'] as const) {
    const subtype = data[name];
    if (subtype === undefined || !(context.splits?.includes(name) ?? true)) continue;
    const ofRecipe = typeof data.limit === 'number' ? data.limit : data.limit?.[name];
    const limits = [ofRecipe, context.limit].filter((each) => each !== undefined);
    const limit = limits.length > 0 ? Math.min(...limits) : undefined;
    const options = { name, root, subtype, foils: data.foils ?? false, limit, budget };
    splits[name] = await openCaptionSplit(context, reader, options);
  }
  return splits;
}
