/** What every task over images with texts needs of its backbone: tokenizer, preprocessing, and the inputs it reads. */
import { resolve } from 'node:path';
import { MdpdError, type InputSpec, type JsonObject, type SavedFile, type TaskContext } from '@mdpd/core';
import type { DecodeOptions } from '../image-decode.ts';
import {
  fitOf,
  readPreprocessing,
  savedPreprocessing,
  type Preprocessing,
  type PreprocessingPreset,
} from '../preprocessor-config.ts';
import { checkVocabulary } from '../text/check-vocabulary.ts';
import { loadTokenizer, type Tokenizer } from '../text/tokenizer.ts';

/** What turns images and texts into inputs of the backbone. */
export interface ImageTextReader {
  readonly tokenizer: Tokenizer;
  readonly preprocessing: Preprocessing;
  readonly decode: DecodeOptions;
  /** Most tokens of a text. */
  readonly maxLength: number;
  /** Whether texts may be shorter than what the backbone reads at most. */
  readonly variable: boolean;
  /** Inputs of the backbone that texts give. */
  readonly textInputs: readonly string[];
  /** Shape of `pixel_mask` without the batch axis, where the backbone has it. */
  readonly pixelMask: InputSpec | undefined;
}

export interface ReaderOptions {
  /** Folder of another tokenizer than the backbone's; relative to the context's. */
  readonly tokenizer?: string | undefined;
  /** Default `checkpoint`. */
  readonly preprocessing?: PreprocessingPreset | undefined;
  /** Most tokens of a text; default and limit: what the backbone reads. */
  readonly maxLength?: number | undefined;
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
export function vocabularySize(config: JsonObject): number | undefined {
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
  options: ReaderOptions = {},
): Promise<ImageTextReader> {
  const spec = textSpec(context);
  const [most] = spec.shape as [number];
  const { preprocessing: preset = 'checkpoint', maxLength = most, tokenizer } = options;
  const preprocessing = readPreprocessing({
    preset,
    config: context.backboneFiles['preprocessor_config.json'],
    inputShape: context.inputs['pixel_values']?.shape,
    masked: context.inputs['pixel_mask'] !== undefined,
    warn: context.warn,
  });
  // Of images that keep their shape the size counts, which shrinking while decoding would round.
  const { width, height } = preprocessing;
  return {
    tokenizer: await openTokenizer(context, tokenizer),
    preprocessing,
    decode: fitOf(preprocessing) ? {} : { needed: { width, height } },
    maxLength: Math.min(maxLength, most),
    variable: spec.variable?.includes(0) ?? false,
    textInputs: Object.keys(context.inputs).filter((name) => !name.startsWith('pixel_')),
    pixelMask: context.inputs['pixel_mask'],
  };
}

/** What is saved beside the model, so that the saved one reads alike. */
export function readerFiles({ tokenizer, preprocessing }: ImageTextReader): Record<string, SavedFile> {
  return { ...tokenizer.files(), 'preprocessor_config.json': savedPreprocessing(preprocessing) };
}
