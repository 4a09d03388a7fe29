/**
 * Tokenizers: text to token ids and back, equal to what Hugging Face `tokenizers` computes for the same files.
 *
 * A tokenizer is read from tokenizer.json, or from the older files that it is made of.
 */
import { MdpdError, messageOf, type JsonObject } from '@mdpd/core';
import { tokenFinder, type SearchedToken } from './added-tokens.ts';
import { limited } from './expression-limit.ts';
import { Tokenizer as LibraryDecoder, type LibraryTokenizer } from './library.ts';
import { createNormalizer } from './normalizers.ts';
import { createPostProcessor, type BuiltText } from './post-processor.ts';
import { createPreTokenizer } from './pre-tokenizers.ts';
import { specialRoles, type SpecialRole } from './special-tokens.ts';
import { settleTokenizer, type SettledTokenizer } from './settle-tokenizer.ts';
import { createModel, type TokenModel } from './token-model.ts';
import { savedTokenizerFiles, type TokenizerFiles } from './tokenizer-files.ts';
import { readAddedTokens, type AddedToken } from './tokenizer-json.ts';
import { readTokenizerSource } from './tokenizer-source.ts';

export type { BuiltText } from './post-processor.ts';
export type { SpecialRole } from './special-tokens.ts';
export type { TokenizerFiles } from './tokenizer-files.ts';

/** A tokenizer with what batches need of it: padding, longest length, special tokens. */
export interface Tokenizer {
  /** One more than the largest id. */
  readonly vocabSize: number;
  /** What stands after the end of shorter texts; masked, so any id would do where there is no padding token. */
  readonly padId: number;
  readonly padTokenTypeId: number;
  /** `model_max_length` where it is a length and not "very large". */
  readonly maxLength: number | undefined;
  /** Ids by role, where the tokenizer has them. */
  readonly specialTokens: Readonly<Partial<Record<SpecialRole, number>>>;
  /**
   * Ids of a text, without special tokens around it. Special tokens that stand in the text are found, as in Python.
   * Throws TOKENIZER_SLOW where an expression of tokenizer.json takes exponential time for it.
   */
  encodeIds(text: string): number[];
  /** Adds the special tokens around one text or two. */
  build(first: readonly number[], second?: readonly number[]): BuiltText;
  /** How many special tokens `build` adds. */
  specials(pair: boolean): number;
  /** Text of ids, special tokens left out. Throws TOKENIZER_SLOW as `encodeIds`. */
  decode(ids: readonly number[]): string;
  /**
   * What is saved beside a model, so that `AutoTokenizer` of Python and transformers.js find it; with `maxLength` as its
   * `model_max_length`, to which both cut texts.
   */
  files(maxLength?: number): TokenizerFiles;
}

type Encode = (text: string) => number[];

function encoder(
  tokenizer: JsonObject,
  model: TokenModel,
  tokens: readonly AddedToken[],
  place: string,
): Encode {
  const { normalizer, pre_tokenizer: preTokenizer } = tokenizer;
  const normalize = limited(normalizer, place, createNormalizer(normalizer, place));
  const split = limited(preTokenizer, place, createPreTokenizer(preTokenizer, place));
  const searched = (normalized: boolean): SearchedToken[] =>
    tokens
      .filter((token) => token.normalized === normalized)
      .map((token) => ({ token, text: normalized ? normalize(token.content) : token.content }));
  const findRaw = tokenFinder(searched(false));
  const findNormalized = tokenFinder(searched(true));
  return (text) => {
    const ids: number[] = [];
    const take = (part: string, first: boolean): void => {
      for (const piece of split(part, first)) for (const id of model.encode(piece)) ids.push(id);
    };
    // Half of a surrogate pair has no bytes; what reads UTF-8 replaces it.
    const whole = Buffer.from(text, 'utf8').toString('utf8');
    for (const [index, raw] of findRaw(whole).entries()) {
      if (typeof raw === 'number') ids.push(raw);
      else {
        for (const [inner, part] of findNormalized(normalize(raw)).entries()) {
          if (typeof part === 'number') ids.push(part);
          else take(part, index === 0 && inner === 0);
        }
      }
    }
    return ids;
  };
}

function decoder(tokenizer: JsonObject, place: string): (ids: readonly number[]) => string {
  let library: LibraryTokenizer | undefined;
  // Only the model, the decoder and the added tokens take part; the library need not know the rest.
  const unused = { normalizer: null, pre_tokenizer: null, post_processor: null };
  const decode = (_: string, ids: readonly number[]): string =>
    library!.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  // How long the text will be is not known before.
  const decodeInTime = limited(tokenizer['decoder'], place, decode, 0);
  return (ids) => {
    if (ids.length === 0) return '';
    try {
      library ??= new LibraryDecoder({ decoder: null, added_tokens: [], ...tokenizer, ...unused }, {});
    } catch (error) {
      const message = `the decoder cannot be made: ${messageOf(error)}`;
      throw new MdpdError('TOKENIZER_INVALID', message, { place, cause: error });
    }
    return decodeInTime(ids.join(' '), ids);
  };
}

/** Throws TOKENIZER_INVALID where a part of it is unknown or contradicts another. */
export function createTokenizer(settled: SettledTokenizer): Tokenizer {
  const { tokenizer, config, names, place } = settled;
  const model = createModel(tokenizer['model'], place);
  const tokens = readAddedTokens(tokenizer, place);
  const added = new Map(tokens.map((token) => [token.content, token.id]));
  const idOf = (token: string | undefined): number | undefined =>
    token === undefined ? undefined : (added.get(token) ?? model.vocabulary.get(token));
  let largest = -1;
  for (const id of model.vocabulary.values()) largest = Math.max(largest, id);
  for (const id of added.values()) largest = Math.max(largest, id);
  const specialTokens: Partial<Record<SpecialRole, number>> = {};
  for (const role of specialRoles) {
    const id = idOf(names[role]);
    if (id !== undefined) specialTokens[role] = id;
  }
  const length = config['model_max_length'];
  const { build, specials } = createPostProcessor(tokenizer['post_processor'], place);
  return {
    vocabSize: largest + 1,
    padId: specialTokens.pad ?? specialTokens.eos ?? 0,
    padTokenTypeId: typeof config['pad_token_type_id'] === 'number' ? config['pad_token_type_id'] : 0,
    maxLength: typeof length === 'number' && length >= 1 && length <= 1e6 ? Math.floor(length) : undefined,
    specialTokens,
    encodeIds: encoder(tokenizer, model, tokens, place),
    build,
    specials,
    decode: decoder(tokenizer, place),
    files: (maxLength) => savedTokenizerFiles(settled, maxLength),
  };
}

/**
 * The tokenizer of a model's folder.
 * Throws TOKENIZER_MISSING where there is none, TOKENIZER_INVALID where its files are damaged or of an unknown kind.
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  return createTokenizer(settleTokenizer(await readTokenizerSource(folder)));
}
