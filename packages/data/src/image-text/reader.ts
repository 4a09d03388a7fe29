/** What every task over images with texts needs of its backbone: tokenizer, preprocessing, and the inputs it reads. */
import { MdpdError, type InputSpec, type SavedFile, type TaskContext } from '@mdpd/core';
import type { DecodeOptions } from '../image-decode.ts';
import {
  fitOf,
  readPreprocessing,
  savedPreprocessing,
  type Preprocessing,
  type PreprocessingPreset,
} from '../preprocessor-config.ts';
import { openTokenizer } from '../text/open-tokenizer.ts';
import { savedLength } from '../text/saved-length.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

/** What turns images and texts into inputs of the backbone. */
export interface ImageTextReader {
  readonly tokenizer: Tokenizer;
  readonly preprocessing: Preprocessing;
  readonly decode: DecodeOptions;
  /** Most tokens of a text. */
  readonly maxLength: number;
  /** Most tokens of a text of those who use the saved model. */
  readonly savedLength: number;
  /** Whether texts may be shorter than what the backbone reads at most. */
  readonly variable: boolean;
  /** Inputs of the backbone that texts give. */
  readonly textInputs: readonly string[];
  /** Shape of `pixel_mask` without the batch axis, where the backbone has it. */
  readonly pixelMask: InputSpec | undefined;
  /** Whether images are seen as plain ones. */
  readonly blind?: boolean;
}

/** What a recipe may say about reading images with texts; `readerFields` checks it. */
export interface ReaderOptions {
  /** Folder of another tokenizer than the backbone's; relative to the context's. */
  readonly tokenizer?: string | undefined;
  /** Default `checkpoint`. */
  readonly preprocessing?: PreprocessingPreset | undefined;
  /** Most tokens of a text; default: what its tokenizer says; limit: what the backbone reads. */
  readonly maxLength?: number | undefined;
  /** Whether images are replaced by plain ones; default false. */
  readonly blind?: boolean | undefined;
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
  const { preprocessing: preset = 'checkpoint', blind = false } = options;
  const tokenizer = await openTokenizer(context, options.tokenizer);
  const maxLength = Math.min(options.maxLength ?? tokenizer.maxLength ?? most, most);
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
    tokenizer,
    preprocessing,
    decode: fitOf(preprocessing) ? {} : { needed: { width, height } },
    maxLength,
    savedLength: savedLength(tokenizer.maxLength, maxLength, most),
    variable: spec.variable?.includes(0) ?? false,
    textInputs: Object.keys(context.inputs).filter((name) => !name.startsWith('pixel_')),
    pixelMask: context.inputs['pixel_mask'],
    blind,
  };
}

/** What is saved beside the model, so that the saved one reads alike. */
export function readerFiles(
  reader: Pick<ImageTextReader, 'tokenizer' | 'savedLength' | 'preprocessing'>,
): Record<string, SavedFile> {
  const { tokenizer, savedLength: length, preprocessing } = reader;
  return { ...tokenizer.files(length), 'preprocessor_config.json': savedPreprocessing(preprocessing) };
}
