/** What is saved of a tokenizer beside a model. */
import type { JsonObject } from '@mdpd/core';
import type { SettledTokenizer } from './settle-tokenizer.ts';
import { isObject } from './tokenizer-json.ts';

/** Contents by file name: JSON, or bytes as they came. */
export type TokenizerFiles = Record<string, JsonObject | string | Uint8Array>;

/** Where the files once were is nobody's business. */
const dropped = new Set([
  'name_or_path',
  'special_tokens_map_file',
  'tokenizer_file',
  'vocab_file',
  'merges_file',
]);

/** The class that reads the older file of the same tokenizer. */
const classes: Readonly<Record<string, string>> = {
  'vocab.txt': 'BertTokenizer',
  'vocab.json': 'RobertaTokenizer',
  'spiece.model': 'T5Tokenizer',
  'sentencepiece.bpe.model': 'XLMRobertaTokenizer',
};

function classOf({ tokenizer, place, names }: SettledTokenizer): string {
  const file = Object.keys(classes).find((name) => place.endsWith(name));
  if (file === 'vocab.json' && names.bos === '<|startoftext|>') return 'CLIPTokenizer';
  if (file === 'vocab.json' && names.cls === undefined) return 'GPT2Tokenizer';
  if (file) return classes[file]!;
  const { normalizer } = tokenizer;
  const isBert = isObject(normalizer) && normalizer['type'] === 'BertNormalizer';
  return isBert ? 'BertTokenizer' : 'PreTrainedTokenizerFast';
}

/** Settings of BERT's normalizer, which Python takes from the configuration. */
function normalizerSettings(tokenizer: JsonObject): JsonObject {
  const { normalizer } = tokenizer;
  if (!isObject(normalizer) || normalizer['type'] !== 'BertNormalizer') return {};
  return {
    do_lower_case: normalizer['lowercase'] !== false,
    strip_accents: normalizer['strip_accents'] ?? null,
    tokenize_chinese_chars: normalizer['handle_chinese_chars'] !== false,
  };
}

export function savedTokenizerFiles(settled: SettledTokenizer): TokenizerFiles {
  const { tokenizer, config, names, vocabularyFiles } = settled;
  const map = Object.fromEntries(Object.entries(names).map(([role, name]) => [`${role}_token`, name]));
  const kept = Object.entries(config).filter(([key]) => !dropped.has(key));
  const own: JsonObject = { tokenizer_class: classOf(settled), ...map };
  return {
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': { ...own, ...Object.fromEntries(kept), ...normalizerSettings(tokenizer) },
    'special_tokens_map.json': map,
    ...vocabularyFiles,
  };
}
