/** The tokenizer.json of CLIP: byte-level BPE of lower-case words, which end with `</w>`. */
import type { JsonObject } from '@mdpd/core';
import { clipNames, specialNames } from './special-tokens.ts';
import { invalid, isId, specialEntry, type JsonPlace } from './tokenizer-json.ts';

/** Words, digits one by one, and signs in a row. Source: CLIPTokenizer of transformers. */
const PATTERN =
  "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/** Throws TOKENIZER_INVALID where the vocabulary lacks the begin or the end of texts. */
export function fromClipBpe(
  vocabulary: JsonObject,
  merges: readonly [string, string][],
  config: JsonObject,
  place: JsonPlace,
): JsonObject {
  const names = specialNames(config, clipNames);
  const idOf = (token: string | undefined): number => {
    const id = token !== undefined && Object.hasOwn(vocabulary, token) ? vocabulary[token] : undefined;
    return isId(id) ? id : invalid(`the vocabulary has no ${token ?? 'end of texts'}`, place);
  };
  const [begin, end] = [idOf(names.bos), idOf(names.eos)];
  const specials = [...new Set(Object.values(names))].map((name) => specialEntry(idOf(name), name));
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.sort((a, b) => Number(a['id']) - Number(b['id'])),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: PATTERN }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [names.eos!, end],
      cls: [names.bos!, begin],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: names.unk ?? null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: vocabulary,
      merges: [...merges],
    },
  };
}
