/** The tokenizer.json of a BERT vocabulary: one token a line, its number is that of the line. */
import { isUtf8 } from 'node:buffer';
import type { JsonObject } from '@mdpd/core';
import { bertNames, specialNames } from './special-tokens.ts';
import { invalid, specialEntry, type JsonPlace } from './tokenizer-json.ts';

function readLines(bytes: Uint8Array, place: JsonPlace): string[] {
  if (!isUtf8(bytes)) return invalid('the file is not UTF-8', place);
  const lines = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

function flag(config: JsonObject, key: string): boolean {
  return config[key] !== false;
}

/** Throws TOKENIZER_INVALID where [CLS], [SEP] or [UNK] is missing. */
export function fromVocabTxt(bytes: Uint8Array, config: JsonObject, place: JsonPlace): JsonObject {
  const lines = readLines(bytes, place);
  const vocabulary = new Map(lines.map((token, id) => [token, id]));
  const names = specialNames(config, bertNames);
  const idOf = (role: 'cls' | 'sep' | 'unk'): number => {
    const name = names[role];
    const id = name === undefined ? undefined : vocabulary.get(name);
    return id ?? invalid(`the vocabulary of ${lines.length} tokens has no ${JSON.stringify(name)}`, place);
  };
  const [cls, sep] = [names.cls!, names.sep!];
  const [clsId, sepId] = [idOf('cls'), idOf('sep')];
  idOf('unk');
  const specials = [...new Set(Object.values(names))].flatMap((name) => {
    const id = vocabulary.get(name);
    return id === undefined ? [] : [specialEntry(id, name)];
  });
  const around = (token: string, type: number): JsonObject => ({
    SpecialToken: { id: token, type_id: type },
  });
  const text = (id: string, type: number): JsonObject => ({ Sequence: { id, type_id: type } });
  const single = [around(cls, 0), text('A', 0), around(sep, 0)];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.sort((a, b) => Number(a['id']) - Number(b['id'])),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: flag(config, 'tokenize_chinese_chars'),
      strip_accents: typeof config['strip_accents'] === 'boolean' ? config['strip_accents'] : null,
      lowercase: flag(config, 'do_lower_case'),
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, text('B', 1), around(sep, 1)],
      special_tokens: Object.fromEntries([
        [cls, { id: cls, ids: [clsId], tokens: [cls] }],
        [sep, { id: sep, ids: [sepId], tokens: [sep] }],
      ]),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: names.unk!,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary),
    },
  };
}
