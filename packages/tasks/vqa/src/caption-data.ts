/** Opens what both tasks over captions read: tokenizer, preprocessing, and splits of images with encoded captions. */
import { basename, resolve } from 'node:path';
import {
  MdpdError,
  type ImageSet,
  type InputSpec,
  type JsonObject,
  type SplitName,
  type TaskContext,
} from '@mdpd/core';
import type { MemoryBudget } from '@mdpd/data/byte-store';
import { readImageFile, type DecodeOptions } from '@mdpd/data/image-decode';
import { ImageDataset } from '@mdpd/data/image-dataset';
import { openFolder } from '@mdpd/data/open-folder';
import { readPreprocessing, type Preprocessing } from '@mdpd/data/preprocessor-config';
import { checkVocabulary } from '@mdpd/data/text/check-vocabulary';
import { TextDataset } from '@mdpd/data/text/text-dataset';
import { loadTokenizer, type Tokenizer } from '@mdpd/data/text/tokenizer';
import { readCaptions, type CaptionedImage } from './caption-files.ts';
import type { CaptionData } from './caption-schema.ts';

/** Lengths of captions are rounded up to a multiple of it, where the backbone reads any. */
const lengthStep = 4;

/** What turns images and texts into inputs of the backbone. */
export interface CaptionReader {
  readonly tokenizer: Tokenizer;
  readonly preprocessing: Preprocessing;
  readonly decode: DecodeOptions;
  /** Most tokens. */
  readonly maxLength: number;
  /** Whether texts may be shorter than what the backbone reads at most. */
  readonly variable: boolean;
  /** Inputs of the backbone that texts give. */
  readonly textInputs: readonly string[];
  /** Shape of `pixel_mask` without the batch axis, where the backbone has it. */
  readonly pixelMask: InputSpec | undefined;
}

function tokenizerFolder({ backbone, directory }: TaskContext, named: string | undefined): string {
  if (named !== undefined) return resolve(directory, named);
  if (backbone.folder !== undefined) return backbone.folder;
  throw new MdpdError('TOKENIZER_MISSING', 'a backbone with fresh parameters has no tokenizer', {
    place: 'data.tokenizer',
    allowed: 'a folder with tokenizer.json, vocab.txt or spiece.model',
    fix: 'name one: data.tokenizer=FOLDER',
    exitCode: 2,
  });
}

/** Words of the backbone: CLIP's config keeps them with those of its text tower. */
function vocabularySize(config: JsonObject): number | undefined {
  const nested = config['text_config'];
  const inner = typeof nested === 'object' && nested !== null && !Array.isArray(nested) ? nested : {};
  const size = config['vocab_size'] ?? inner['vocab_size'];
  return typeof size === 'number' ? size : undefined;
}

async function openTokenizer(context: TaskContext, named: string | undefined): Promise<Tokenizer> {
  const folder = tokenizerFolder(context, named);
  const tokenizer = await loadTokenizer(folder);
  const size = vocabularySize(context.backbone.config);
  const doubt = size === undefined ? undefined : checkVocabulary(tokenizer, size, folder);
  if (doubt !== undefined) context.warn(doubt);
  return tokenizer;
}

/** Throws BACKBONE_INPUT where the backbone does not read images and texts. */
function textSpec({ inputs, backbone }: TaskContext): InputSpec {
  const { input_ids: ids, pixel_values: pixels } = inputs;
  if (ids?.shape.length === 1 && pixels) return ids;
  throw new MdpdError('BACKBONE_INPUT', `the backbone ${backbone.family} does not read images with texts`, {
    place: 'backbone',
    allowed: `one with pixel_values and input_ids; it reads ${Object.keys(inputs).join(', ')}`,
    fix: 'name a backbone of images and language: vilt, clip',
    exitCode: 2,
  });
}

/** Throws BACKBONE_INPUT, TOKENIZER_MISSING, TOKENIZER_INVALID, TOKENIZER_VOCABULARY, PREPROCESSOR_CONFIG. */
export async function openReader(
  context: TaskContext,
  data: CaptionData | undefined,
): Promise<CaptionReader> {
  const spec = textSpec(context);
  const [most] = spec.shape as [number];
  const { preprocessing: preset = 'checkpoint', maxLength = most, tokenizer } = data ?? {};
  const preprocessing = readPreprocessing({
    preset,
    config: context.backboneFiles['preprocessor_config.json'],
    inputShape: context.inputs['pixel_values']?.shape,
    warn: context.warn,
  });
  return {
    tokenizer: await openTokenizer(context, tokenizer),
    preprocessing,
    decode: { needed: { width: preprocessing.width, height: preprocessing.height } },
    maxLength: Math.min(maxLength, most),
    variable: spec.variable?.includes(0) ?? false,
    textInputs: Object.keys(context.inputs).filter((name) => !name.startsWith('pixel_')),
    pixelMask: context.inputs['pixel_mask'],
  };
}

/** Images of one split, and all texts about them one after the other. */
export interface CaptionSplit {
  readonly origin: string;
  readonly images: ImageDataset;
  readonly texts: TextDataset;
  /** Numbers of an image's captions and foils among `texts`. */
  readonly captions: readonly (readonly number[])[];
  readonly foils: readonly (readonly number[])[];
}

function imageSet(images: readonly CaptionedImage[], origin: string, decode: DecodeOptions): ImageSet {
  return {
    size: images.length,
    origin,
    label: () => undefined,
    place: (index) => images[index]!.path,
    read: (index) => readImageFile(images[index]!.path, { ...decode, fix: 'repair or replace the file' }),
  };
}

/** Texts as a data set of one length, so that one graph serves all batches. */
export async function encodeTexts(
  reader: CaptionReader,
  texts: readonly string[],
  origin: string,
): Promise<TextDataset> {
  const { tokenizer, maxLength, variable, textInputs } = reader;
  const examples = { size: texts.length, origin, text: (index: number) => [texts[index]!] as const };
  const options = { tokenizer, maxLength, inputs: textInputs, targets: {} };
  const longest = texts.reduce((most, text) => {
    const length = tokenizer.encodeIds(text).length + tokenizer.specials(false);
    return Math.max(most, length);
  }, 1);
  const rounded = Math.min(maxLength, Math.ceil(longest / lengthStep) * lengthStep);
  return TextDataset.open(examples, { ...options, buckets: [variable ? rounded : maxLength] });
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
  reader: CaptionReader,
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
  const images = await ImageDataset.open(imageSet(chosen, origin, reader.decode), {
    preprocessing: reader.preprocessing,
    onCorrupt: 'error',
    budget,
    warn: context.warn,
    progress: (done, total) =>
      context.progress?.({ type: 'progress', what: `reading ${name} images`, done, total }),
  });
  const encoded = await encodeTexts(reader, texts, origin);
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
  reader: CaptionReader,
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
