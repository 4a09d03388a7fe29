/**
 * Makes tokenizer.json and tokenizer_config.json agree, as Hugging Face `transformers` does when it loads both: settings
 * of BERT's normalizer come from the configuration, and the special tokens that it names are added tokens.
 */
import type { JsonObject, JsonValue } from '@mdpd/core';
import { guessedNames, specialNames, type SpecialNames } from './special-tokens.ts';
import { isId, isObject, readAddedTokens, specialEntry } from './tokenizer-json.ts';
import type { TokenizerSource } from './tokenizer-source.ts';

export interface SettledTokenizer extends TokenizerSource {
  /** Special tokens by role. */
  readonly names: SpecialNames;
}

const bertSettings = {
  do_lower_case: 'lowercase',
  strip_accents: 'strip_accents',
  tokenize_chinese_chars: 'handle_chinese_chars',
} as const;

/** The generic classes take tokenizer.json as it is. */
const genericClass = /^(PreTrainedTokenizerFast|TokenizersBackend)$/;

function settleNormalizer(normalizer: JsonValue | undefined, config: JsonObject): JsonValue {
  if (!isObject(normalizer) || normalizer['type'] !== 'BertNormalizer') return normalizer ?? null;
  if (genericClass.test(String(config['tokenizer_class']))) return normalizer;
  const settled = { ...normalizer };
  for (const [key, name] of Object.entries(bertSettings)) {
    const value = config[key];
    if (typeof value === 'boolean' || (value === null && key === 'strip_accents')) settled[name] = value;
  }
  return settled;
}

/** Id of a token in the model's vocabulary. */
function modelIds(tokenizer: JsonObject): (token: string) => number | undefined {
  const model = tokenizer['model'];
  const vocabulary = isObject(model) ? model['vocab'] : undefined;
  return (token) => {
    if (isObject(vocabulary)) {
      const id = Object.hasOwn(vocabulary, token) ? vocabulary[token] : undefined;
      return isId(id) ? id : undefined;
    }
    const index = Array.isArray(vocabulary)
      ? vocabulary.findIndex((piece) => Array.isArray(piece) && piece[0] === token)
      : -1;
    return index === -1 ? undefined : index;
  };
}

/** Entries of `added_tokens_decoder`: `{"50264": {"content": "<mask>", …}}`. */
function listedTokens(config: JsonObject): JsonObject[] {
  const listed = config['added_tokens_decoder'];
  if (!isObject(listed)) return [];
  return Object.entries(listed).flatMap(([id, entry]) =>
    isObject(entry) ? [{ ...entry, id: Number(id) }] : [],
  );
}

/** Throws TOKENIZER_INVALID where the added tokens cannot be read. */
export function settleTokenizer(source: TokenizerSource): SettledTokenizer {
  const { tokenizer, config, place } = source;
  const present = readAddedTokens(tokenizer, place);
  const contents = new Set(present.map((token) => token.content));
  const idOf = modelIds(tokenizer);
  const names = specialNames(
    config,
    guessedNames((token) => contents.has(token) || idOf(token) !== undefined),
  );
  const added: JsonValue[] = Array.isArray(tokenizer['added_tokens']) ? [...tokenizer['added_tokens']] : [];
  const add = (entry: JsonObject): void => {
    if (contents.has(String(entry['content']))) return;
    contents.add(String(entry['content']));
    added.push(entry);
  };
  for (const entry of listedTokens(config)) add(entry);
  for (const name of new Set(Object.values(names))) {
    const id = idOf(name);
    if (id !== undefined) add(specialEntry(id, name));
  }
  const normalizer = settleNormalizer(tokenizer['normalizer'], config);
  return { ...source, tokenizer: { ...tokenizer, normalizer, added_tokens: added }, names };
}
