/** The tokenizer.json of byte-level BPE (RoBERTa, GPT-2, CLIP): vocab.json has the ids, merges.txt the pairs to join, in order. */
import { isUtf8 } from 'node:buffer';
import type { JsonObject } from '@mdpd/core';
import { fromClipBpe } from './from-clip-bpe.ts';
import { gpt2Names, robertaNames, specialNames, type SpecialNames } from './special-tokens.ts';
import { invalid, isId, specialEntry, type JsonPlace } from './tokenizer-json.ts';

function readMerges(bytes: Uint8Array, place: JsonPlace): [string, string][] {
  if (!isUtf8(bytes)) return invalid('the file is not UTF-8', place);
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.flatMap((line, index): [string, string][] => {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text.startsWith('#version')) return [];
    const [left, right, more] = text.split(' ');
    if (!left || !right || more !== undefined) return invalid(`line ${index + 1} is not two tokens`, place);
    return [[left, right]];
  });
}

/** `<s> a </s></s> b </s>` where the vocabulary has them; GPT-2 has no template. */
function postProcessor(names: SpecialNames, vocabulary: JsonObject, prefix: boolean): JsonObject {
  const { cls, sep } = names;
  if (cls === undefined || sep === undefined)
    return { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true };
  return {
    type: 'RobertaProcessing',
    sep: [sep, vocabulary[sep]!],
    cls: [cls, vocabulary[cls]!],
    trim_offsets: true,
    add_prefix_space: prefix,
  };
}

/** Throws TOKENIZER_INVALID where the files are neither RoBERTa's nor GPT-2's nor CLIP's. */
export function fromByteLevelBpe(
  vocabulary: JsonObject,
  merges: Uint8Array,
  config: JsonObject,
  place: JsonPlace,
): JsonObject {
  const has = (token: string | undefined): boolean => token !== undefined && Object.hasOwn(vocabulary, token);
  if (has('<|startoftext|>')) return fromClipBpe(vocabulary, readMerges(merges, place), config, place);
  const roberta = specialNames(config, robertaNames);
  const isRoberta = has(roberta.cls) && has(roberta.sep);
  const names = isRoberta ? roberta : specialNames(config, gpt2Names);
  if (!isRoberta && !has(names.eos))
    invalid('the vocabulary has neither <s> and </s> nor <|endoftext|>', place);
  const prefix = config['add_prefix_space'] === true;
  const specials = [...new Set(Object.values(names))].flatMap((name) => {
    const id = has(name) ? vocabulary[name] : undefined;
    return isId(id) ? [specialEntry(id, name)] : [];
  });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.sort((a, b) => Number(a['id']) - Number(b['id'])),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: prefix, trim_offsets: true, use_regex: true },
    post_processor: postProcessor(isRoberta ? names : {}, vocabulary, prefix),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: vocabulary,
      merges: readMerges(merges, place),
    },
  };
}
