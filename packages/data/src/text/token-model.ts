/**
 * The model of tokenizer.json: a piece of text to token ids. WordPiece and BPE are those of @huggingface/tokenizers, behind
 * checks of the vocabulary and a memory of pieces already seen.
 */

import type { JsonObject, JsonValue } from '@mdpd/core';
import { BPE, WordPiece, type LibraryModel } from './library.ts';
import { invalid, isId, isObject, listOf, mostTokens, type JsonPlace } from './tokenizer-json.ts';
import { Unigram } from './unigram.ts';

export interface TokenModel {
  /** Ids by token, without added tokens that are not part of the model. */
  readonly vocabulary: ReadonlyMap<string, number>;
  encode(piece: string): readonly number[];
}

/** Pieces that are remembered, and the longest of them. */
const mostRemembered = 1 << 16;
const longestRemembered = 64;

function remembered(encode: TokenModel['encode']): TokenModel['encode'] {
  const memory = new Map<string, readonly number[]>();
  return (piece) => {
    const known = memory.get(piece);
    if (known) return known;
    const ids = encode(piece);
    if (memory.size >= mostRemembered) memory.clear();
    if (piece.length <= longestRemembered) memory.set(piece, ids);
    return ids;
  };
}

function checkVocabulary(value: JsonValue | undefined, place: JsonPlace): void {
  if (!isObject(value)) return invalid('the vocabulary is not an object of tokens and ids', place);
  const taken = new Set<JsonValue>();
  for (const [token, id] of Object.entries(value)) {
    if (!isId(id))
      invalid(`the id ${JSON.stringify(id)} of ${JSON.stringify(token)} is no token number`, place);
    if (taken.has(id))
      invalid(`the id ${String(id)} stands for two tokens, one is ${JSON.stringify(token)}`, place);
    taken.add(id);
  }
  if (taken.size === 0) invalid('the vocabulary is empty', place);
}

/** Ids of the tokens that a model of the library gives for a piece. */
function encoder(model: LibraryModel, fallback: (token: string) => readonly number[]): TokenModel['encode'] {
  const ids = model.tokens_to_ids;
  return (piece) =>
    model._call([piece]).flatMap((token) => {
      const id = ids.get(token);
      return id === undefined ? fallback(token) : [id];
    });
}

/**
 * Characters of the longest word that WordPiece cuts; longer ones are unknown. All models have 100 or 200, and the library
 * takes a time that grows with the cube of it.
 */
const longestWord = 512;

function wordPiece(config: JsonObject, place: JsonPlace): TokenModel {
  checkVocabulary(config['vocab'], place);
  const longest = config['max_input_chars_per_word'] ?? 100;
  if (typeof longest !== 'number' || !(longest >= 0 && longest <= longestWord))
    invalid(`max_input_chars_per_word is ${JSON.stringify(longest)}`, place, [`0 to ${longestWord}`]);
  const model = new WordPiece({ continuing_subword_prefix: '##', ...config });
  const unknown = model.unk_token_id;
  if (unknown === undefined)
    return invalid(
      `the unknown token ${JSON.stringify(config['unk_token'])} is not in the vocabulary`,
      place,
    );
  return { vocabulary: model.tokens_to_ids, encode: remembered(encoder(model, () => [unknown])) };
}

function checkMerges(config: JsonObject, place: JsonPlace): void {
  const vocabulary = config['vocab'] as JsonObject;
  const prefix = config['continuing_subword_prefix'];
  if (typeof prefix === 'string' && prefix !== '')
    invalid(`continuing_subword_prefix ${JSON.stringify(prefix)} of BPE is not supported`, place, ['""']);
  if (typeof config['dropout'] === 'number' && config['dropout'] > 0)
    invalid('dropout of BPE is not supported: tokens would be random', place, ['null']);
  for (const [index, merge] of listOf(config['merges'], 'merges', place).entries()) {
    const parts = typeof merge === 'string' ? merge.split(' ') : merge;
    if (!Array.isArray(parts) || parts.length !== 2 || !parts.every((part) => typeof part === 'string'))
      return invalid(`merge ${index + 1} is not two tokens`, place);
    const [left, right] = parts as [string, string];
    for (const token of [left, right, left + right]) {
      if (!Object.hasOwn(vocabulary, token))
        invalid(`merge ${index + 1} has ${JSON.stringify(token)}, which is not in the vocabulary`, place);
    }
  }
}

function bytePair(config: JsonObject, place: JsonPlace): TokenModel {
  checkVocabulary(config['vocab'], place);
  checkMerges(config, place);
  const model = new BPE(config);
  // Without an unknown token, what is not in the vocabulary is left out.
  return { vocabulary: model.tokens_to_ids, encode: remembered(encoder(model, () => [])) };
}

function checkPieces(config: JsonObject, place: JsonPlace): void {
  const pieces = listOf(config['vocab'], 'vocab', place);
  if (pieces.length === 0 || pieces.length > mostTokens) invalid(`${pieces.length} pieces`, place);
  for (const [index, piece] of pieces.entries()) {
    const [token, score] = Array.isArray(piece) ? piece : [];
    if (typeof token !== 'string' || typeof score !== 'number')
      invalid(`piece ${index} of the vocabulary is not a token and a score`, place);
  }
  const { unk_id: unknown } = config;
  if (!isId(unknown) || unknown >= pieces.length)
    invalid(`unk_id ${JSON.stringify(unknown)} is not the number of a piece`, place);
}

/** The ids of `<0x00>` … `<0xFF>`, or undefined where one is missing. */
function byteIds(vocabulary: ReadonlyMap<string, number>): readonly number[] | undefined {
  const ids: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
}

function unigram(config: JsonObject, place: JsonPlace): TokenModel {
  checkPieces(config, place);
  const unknownId = config['unk_id'] as number;
  const model = new Unigram({ pieces: config['vocab'] as [string, number][], unknownId });
  const bytes = config['byte_fallback'] === true ? byteIds(model.vocabulary) : undefined;
  const unknown = (text: string): readonly number[] =>
    bytes ? Array.from(Buffer.from(text), (byte) => bytes[byte]!) : [unknownId];
  const encode = (piece: string): readonly number[] =>
    model.cut(piece).flatMap(({ text, id }) => (id === undefined ? unknown(text) : [id]));
  return { vocabulary: model.vocabulary, encode: remembered(encode) };
}

const makers = { BPE: bytePair, Unigram: unigram, WordPiece: wordPiece };

/** Old files do not say which model it is. */
function typeOf(config: JsonObject): JsonValue | undefined {
  if (config['type'] !== undefined) return config['type'];
  if (Array.isArray(config['vocab'])) return 'Unigram';
  return config['merges'] === undefined ? 'WordPiece' : 'BPE';
}

/** The model that the `model` of tokenizer.json describes. Throws TOKENIZER_INVALID. */
export function createModel(config: JsonValue | undefined, place: JsonPlace): TokenModel {
  if (!isObject(config)) return invalid('it has no model', place);
  const type = typeOf(config);
  if (type !== 'BPE' && type !== 'Unigram' && type !== 'WordPiece')
    return invalid(`the model ${JSON.stringify(type)} is unknown`, place, Object.keys(makers));
  return makers[type](config, place);
}
