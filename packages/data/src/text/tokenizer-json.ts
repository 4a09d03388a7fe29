/** Pieces of tokenizer.json, checked: what is read from untrusted files before anything is built of it. */
import { MdpdError, type JsonObject, type JsonValue } from '@mdpd/core';

/** The file, for messages. */
export type JsonPlace = string;

/** Throws TOKENIZER_INVALID. */
export function invalid(message: string, place: JsonPlace, allowed?: readonly string[]): never {
  throw new MdpdError('TOKENIZER_INVALID', message, {
    place,
    allowed,
    fix: 'take tokenizer.json and tokenizer_config.json anew from the model that the checkpoint comes from',
  });
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The elements of a list. Throws TOKENIZER_INVALID naming `key` where it is none. */
export function listOf(value: JsonValue | undefined, key: string, place: JsonPlace): readonly JsonValue[] {
  return Array.isArray(value) ? value : invalid(`${key} is not a list`, place);
}

/** Parts of a Sequence; real ones have a handful. */
const mostParts = 64;

/** The parts of a Sequence. Throws TOKENIZER_INVALID where there are too many: each goes over the whole text. */
export function partsOf(value: JsonValue | undefined, key: string, place: JsonPlace): readonly JsonValue[] {
  const parts = listOf(value, key, place);
  if (parts.length > mostParts)
    invalid(`a Sequence has ${parts.length} ${key}`, place, [`at most ${mostParts}`]);
  return parts;
}

/** More tokens than any vocabulary has. */
export const mostTokens = 1 << 21;

/** Whether it can be a token's number. */
export function isId(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < mostTokens;
}

/** A token that is found in the text before anything else is done to it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Found in the text after its normalization. */
  readonly normalized: boolean;
  /** Takes the white space before or after it along. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Not found within a word. */
  readonly singleWord: boolean;
}

function addedToken(value: JsonValue, place: JsonPlace): AddedToken {
  if (!isObject(value) || !isId(value['id']) || typeof value['content'] !== 'string')
    return invalid('an entry of added_tokens has no id or content', place);
  const special = value['special'] === true;
  return {
    id: value['id'],
    content: value['content'],
    special,
    normalized: typeof value['normalized'] === 'boolean' ? value['normalized'] : !special,
    lstrip: value['lstrip'] === true,
    rstrip: value['rstrip'] === true,
    singleWord: value['single_word'] === true,
  };
}

/** `added_tokens` of tokenizer.json. Throws TOKENIZER_INVALID. */
export function readAddedTokens(tokenizer: JsonObject, place: JsonPlace): readonly AddedToken[] {
  const entries = tokenizer['added_tokens'] ?? [];
  return listOf(entries, 'added_tokens', place).map((entry) => addedToken(entry, place));
}

/** An entry of `added_tokens` for a special token. */
export function specialEntry(id: number, content: string): JsonObject {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}
