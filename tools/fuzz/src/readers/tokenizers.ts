/** Tokenizers in every form, and texts encoded with what was read. */
import { gunzipSync } from 'node:zlib';
import { loadTokenizer } from '@mdpd/data/text/tokenizer';
import type { FuzzInput } from '../input.ts';
import type { Mutation } from '../mutate/bytes.ts';
import { jsonMutation } from '../mutate/json.ts';
import { protobufMutations } from '../mutate/protobuf.ts';
import { textMutations } from '../mutate/text.ts';
import type { Reader } from '../reader.ts';
import { fixture, json, mutateFile } from './corpus.ts';

const texts = [
  '',
  'a quick brown fox',
  'NAÏVE [SEP] <s> </s> [MASK] café 12345',
  '東京🗼 \ud800 x',
  'a'.repeat(3000),
  `${'word '.repeat(300)}!!!`,
];

async function encode(folder: string): Promise<void> {
  const tokenizer = await loadTokenizer(folder);
  const encoded = texts.map((text) => tokenizer.encodeIds(text));
  for (const ids of encoded) {
    tokenizer.build(ids);
    tokenizer.build(ids, encoded[1]!);
  }
  tokenizer.decode(encoded[1]!);
  tokenizer.files(128);
}

const mutationsOf = (name: string): readonly Mutation[] =>
  name.endsWith('.json')
    ? [...Array<Mutation>(12).fill(jsonMutation), ...textMutations]
    : name.endsWith('.model')
      ? protobufMutations
      : textMutations;

/** A small one with every part: the zoo's vocabularies would only make it slow. */
const small = {
  version: '1.0',
  added_tokens: [
    {
      id: 0,
      content: '[UNK]',
      special: true,
      normalized: false,
      lstrip: false,
      rstrip: false,
      single_word: false,
    },
    {
      id: 1,
      content: '[SEP]',
      special: true,
      normalized: false,
      lstrip: true,
      rstrip: true,
      single_word: true,
    },
  ],
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'BertNormalizer', lowercase: true },
      { type: 'Replace', pattern: { Regex: ' +' }, content: ' ' },
      { type: 'Strip' },
      { type: 'NFKC' },
      { type: 'Prepend', prepend: '_' },
    ],
  },
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'BertPreTokenizer' },
      { type: 'Split', pattern: { Regex: '\\p{L}+|\\p{N}' }, behavior: 'Isolated', invert: false },
      { type: 'Metaspace', replacement: '▁' },
    ],
  },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } }],
    pair: [
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
      { Sequence: { id: 'B', type_id: 1 } },
    ],
    special_tokens: { '[SEP]': { id: '[SEP]', ids: [1], tokens: ['[SEP]'] } },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: { '[UNK]': 0, '[SEP]': 1, a: 2, quick: 3, '##a': 4, '▁': 5, brown: 6, _: 7 },
  },
};
const bpe = {
  ...small,
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true },
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    unk_token: null,
    vocab: { '[UNK]': 0, '[SEP]': 1, a: 2, b: 3, ab: 4, Ġ: 5, Ġa: 6 },
    merges: ['a b', 'Ġ a'],
  },
};
const unigram = {
  ...small,
  normalizer: {
    type: 'Precompiled',
    precompiled_charsmap: Buffer.from([8, 0, 0, 0, 0, 4, 0, 0, 1, 2, 3, 4, 65, 0]).toString('base64'),
  },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true },
  post_processor: { type: 'RobertaProcessing', sep: ['[SEP]', 1], cls: ['[UNK]', 0] },
  decoder: { type: 'Metaspace', replacement: '▁' },
  model: {
    type: 'Unigram',
    unk_id: 0,
    byte_fallback: false,
    vocab: [
      ['[UNK]', 0],
      ['[SEP]', 0],
      ['▁', -2.5],
      ['a', -1.5],
      ['▁a', -1],
      ['quick', -3],
    ],
  },
};
const config = {
  tokenizer_class: 'PreTrainedTokenizerFast',
  unk_token: '[UNK]',
  sep_token: { content: '[SEP]', special: true },
  cls_token: '[UNK]',
  model_max_length: 512,
};

export const tokenizerJson: Reader = {
  name: 'tokenizer',
  reads: '`tokenizer.json` (WordPiece, BPE, Unigram) with `tokenizer_config.json`; texts encoded and decoded',
  seeds: () =>
    Promise.resolve(
      [small, bpe, unigram].map((tokenizer) => ({
        files: {
          'tokenizer.json': json(tokenizer),
          'tokenizer_config.json': json(config),
          'special_tokens_map.json': json({ pad_token: '[SEP]' }),
        },
      })),
    ),
  mutate: (random, seeds) =>
    mutateFile(random, seeds, mutationsOf, random.next() < 0.85 ? ['tokenizer.json'] : undefined),
  read: encode,
};

export const vocabTxt: Reader = {
  name: 'vocab.txt',
  reads: 'a vocabulary of BERT',
  seeds: () => {
    const vocabulary = fixture('packages/zoo/models/tiny-clip/vocab.txt');
    return Promise.resolve<FuzzInput[]>([
      { files: { 'vocab.txt': vocabulary } },
      {
        files: {
          'vocab.txt': vocabulary,
          'tokenizer_config.json': json({ do_lower_case: false, strip_accents: true }),
        },
      },
    ]);
  },
  mutate: (random, seeds) => mutateFile(random, seeds, mutationsOf),
  read: encode,
};

const merges = '#version: 0.2\na b\nĠ a\n';
const byteVocabulary = {
  '<s>': 0,
  '<pad>': 1,
  '</s>': 2,
  '<unk>': 3,
  a: 4,
  b: 5,
  ab: 6,
  Ġ: 7,
  Ġa: 8,
  '<mask>': 9,
};
const clipVocabulary = { a: 0, b: 1, 'b</w>': 2, 'ab</w>': 3, '<|startoftext|>': 4, '<|endoftext|>': 5 };

export const mergesTxt: Reader = {
  name: 'merges.txt',
  reads: '`vocab.json` with `merges.txt`, of RoBERTa and CLIP',
  seeds: () =>
    Promise.resolve([
      {
        files: {
          'vocab.json': json(byteVocabulary),
          'merges.txt': Buffer.from(merges),
          'tokenizer_config.json': json({ tokenizer_class: 'RobertaTokenizer' }),
        },
      },
      {
        files: {
          'vocab.json': json(clipVocabulary),
          'merges.txt': Buffer.from('#version: 0.2\na b</w>\n'),
          'tokenizer_config.json': json({ tokenizer_class: 'CLIPTokenizer' }),
        },
      },
    ]),
  mutate: (random, seeds) => mutateFile(random, seeds, mutationsOf),
  read: encode,
};

/** The first pieces of a trained model, and its settings: fields of the outer message, as they stand there. */
function smallModel(mostPieces: number): Buffer {
  const bytes = gunzipSync(fixture('packages/data/src/text/oracles/spiece.model.gz'));
  const kept: Buffer[] = [];
  let pieces = 0;
  for (let at = 0; at < bytes.length;) {
    const begin = at;
    const key = bytes[at++]!;
    let length = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    at += length;
    if (key !== 0x0a || pieces++ < mostPieces) kept.push(bytes.subarray(begin, at));
  }
  return Buffer.concat(kept);
}

export const spiece: Reader = {
  name: 'spiece',
  reads: '`spiece.model` and `sentencepiece.bpe.model`',
  seeds: () => {
    const model = smallModel(60);
    return Promise.resolve<FuzzInput[]>([
      { files: { 'spiece.model': model } },
      {
        files: {
          'sentencepiece.bpe.model': model,
          'tokenizer_config.json': json({ tokenizer_class: 'XLMRobertaTokenizer' }),
        },
      },
    ]);
  },
  mutate: (random, seeds) =>
    mutateFile(
      random,
      seeds,
      mutationsOf,
      random.next() < 0.9 ? ['spiece.model', 'sentencepiece.bpe.model'] : undefined,
    ),
  read: encode,
};
