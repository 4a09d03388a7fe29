import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatError, type JsonObject, type MdpdError } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { checkVocabulary } from './check-vocabulary.ts';
import { scratchFolder, type ScratchFolder } from './testing/scratch-folder.ts';
import { loadTokenizer } from './tokenizer.ts';

const folders: ScratchFolder[] = [];
afterAll(() => folders.forEach((folder) => folder.remove()));

function folderWith(files: Readonly<Record<string, string | object | Uint8Array>>): string {
  const folder = scratchFolder();
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    folder.save(name, isRaw ? content : JSON.stringify(content));
  }
  return folder.path;
}

const load = (files: Readonly<Record<string, string | object | Uint8Array>>) =>
  loadTokenizer(folderWith(files));

const words = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'the',
  'Café',
  'cafe',
  '##s',
  '中',
  '__proto__',
  'constructor',
];
const vocabTxt = words.join('\n') + '\n';
/** tokenizer.json of the vocabulary above, with changes. */
async function bertJson(changes: JsonObject = {}): Promise<JsonObject> {
  const { files } = await load({ 'vocab.txt': vocabTxt });
  return { ...(files()['tokenizer.json'] as JsonObject), ...changes };
}

describe('loadTokenizer', () => {
  it('reads a vocabulary of BERT, lower case or not as its configuration says', async () => {
    const uncased = await load({ 'vocab.txt': vocabTxt.replaceAll('\n', '\r\n') });
    expect(uncased).toMatchObject({
      vocabSize: 12,
      padId: 0,
      padTokenTypeId: 0,
      maxLength: undefined,
      specialTokens: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 },
    });
    expect(uncased.encodeIds('The CAFÉs中 [SEP] x')).toEqual([5, 7, 8, 9, 3, 1]);
    expect(uncased.build([5], [7, 8])).toEqual({ ids: [2, 5, 3, 7, 8, 3], typeIds: [0, 0, 0, 1, 1, 1] });
    expect(uncased.build([])).toEqual({ ids: [2, 3], typeIds: [0, 0] });
    expect([uncased.specials(false), uncased.specials(true)]).toEqual([2, 3]);
    expect(uncased.decode([2, 5, 7, 8, 3, 0])).toBe('the cafes');
    expect(uncased.decode([])).toBe('');
    const cased = await load({
      'vocab.txt': vocabTxt,
      'tokenizer_config.json': { do_lower_case: false, model_max_length: 512 },
    });
    expect(cased.encodeIds('Cafés')).toEqual([6, 8]);
    expect(cased.maxLength).toBe(512);
  });

  it.each([4294967296, 513, -1, '100'])('refuses a longest word of %j characters', async (longest) => {
    const json = await bertJson();
    const model = { ...(json['model'] as JsonObject), max_input_chars_per_word: longest };
    await expect(load({ 'tokenizer.json': { ...json, model } })).rejects.toMatchObject({
      code: 'TOKENIZER_INVALID',
      message: `max_input_chars_per_word is ${JSON.stringify(longest)}`,
      allowed: '0 to 512',
    });
  });

  it.each([
    ['normalizer', 'normalizers', 'Lowercase'],
    ['pre_tokenizer', 'pretokenizers', 'WhitespaceSplit'],
  ])('refuses a %s of more parts than anyone needs', async (part, key, type) => {
    const json = (count: number): JsonObject => ({
      [part]: { type: 'Sequence', [key]: Array.from({ length: count }, () => ({ type })) },
    });
    const most = await load({ 'tokenizer.json': await bertJson(json(64)) });
    expect(most.encodeIds('the cafe')).toHaveLength(2);
    await expect(load({ 'tokenizer.json': await bertJson(json(65)) })).rejects.toMatchObject({
      code: 'TOKENIZER_INVALID',
      message: `a Sequence has 65 ${key}`,
      allowed: 'at most 64',
    });
  });

  it('is not confused by names that objects have of their own', async () => {
    const tokenizer = await load({ 'vocab.txt': vocabTxt });
    expect(tokenizer.encodeIds('constructor toString hasOwnProperty')).toEqual([11, 1, 1]);
    const saved = tokenizer.files()['tokenizer.json'] as { model: { vocab: object } };
    expect(Object.entries(saved.model.vocab)).toContainEqual(['__proto__', 10]);
    const again = await load({ 'tokenizer.json': JSON.stringify(saved) });
    expect(again.vocabSize).toBe(12);
    expect(again.encodeIds('constructor')).toEqual([11]);
  });

  it('saves what loads again, settings of the normalizer included', async () => {
    const config = { do_lower_case: false, model_max_length: 1e30, name_or_path: '/home/someone' };
    const first = await load({ 'vocab.txt': vocabTxt, 'tokenizer_config.json': config });
    const files = first.files();
    expect(Object.keys(files)).toEqual([
      'tokenizer.json',
      'tokenizer_config.json',
      'special_tokens_map.json',
      'vocab.txt',
    ]);
    expect(files['tokenizer_config.json']).toEqual({
      tokenizer_class: 'BertTokenizer',
      cls_token: '[CLS]',
      sep_token: '[SEP]',
      mask_token: '[MASK]',
      unk_token: '[UNK]',
      pad_token: '[PAD]',
      do_lower_case: false,
      strip_accents: null,
      tokenize_chinese_chars: true,
      model_max_length: 1e30,
    });
    expect(Buffer.from(files['vocab.txt'] as Uint8Array).toString()).toBe(vocabTxt);
    expect(first.maxLength).toBeUndefined();
    expect(first.files(48)['tokenizer_config.json']).toMatchObject({ model_max_length: 48 });
    const second = await load(files);
    expect(second.encodeIds('Cafés the')).toEqual(first.encodeIds('Cafés the'));
    expect(second.files()).toEqual(files);
  });

  it('lets the configuration decide over the normalizer, as Python does', async () => {
    const tokenizer = await bertJson();
    const read = async (config: object) =>
      (await load({ 'tokenizer.json': tokenizer, 'tokenizer_config.json': config })).encodeIds('CAFÉs');
    expect(await read({})).toEqual([7, 8]);
    expect(await read({ do_lower_case: false })).toEqual([1]);
    expect(await read({ do_lower_case: false, tokenizer_class: 'PreTrainedTokenizerFast' })).toEqual([7, 8]);
    expect(await read({ strip_accents: false })).toEqual([1]);
  });

  it('finds special tokens that the configuration names or lists', async () => {
    const tokenizer = { ...(await bertJson()), added_tokens: [] };
    const config = {
      mask_token: { content: 'the' },
      added_tokens_decoder: { 12: { content: '<new>', special: true } },
    };
    const loaded = await load({ 'tokenizer.json': tokenizer, 'tokenizer_config.json': config });
    expect(loaded.encodeIds('the<new>cafe')).toEqual([5, 12, 7]);
    expect(loaded).toMatchObject({ vocabSize: 13, specialTokens: { mask: 5, cls: 2 } });
    const mapped = await load({
      'tokenizer.json': tokenizer,
      'special_tokens_map.json': { cls_token: '中', pad_token: '[PAD]' },
    });
    expect(mapped.specialTokens).toMatchObject({ cls: 9, pad: 0 });
  });

  it('replaces half a surrogate pair, and takes texts that are very long', async () => {
    const tokenizer = await load({ 'vocab.txt': vocabTxt });
    expect(tokenizer.encodeIds('the\ud800 cafe')).toEqual([5, 7]);
    expect(tokenizer.encodeIds('the '.repeat(250_000)).length).toBe(250_000);
    expect(tokenizer.encodeIds('x'.repeat(1_000_000))).toEqual([1]);
  });

  it('says what it looked for where there is nothing', async () => {
    const folder = folderWith({ 'config.json': '{}' });
    const error = await loadTokenizer(folder).catch((thrown: unknown) => thrown as MdpdError);
    expect(formatError(error as MdpdError)).toBe(
      [
        `error TOKENIZER_MISSING at ${folder}`,
        `  the folder ${folder} has no tokenizer`,
        '  allowed: tokenizer.json with tokenizer_config.json, vocab.txt (BERT), vocab.json with merges.txt (RoBERTa, GPT-2, CLIP), ' +
          'spiece.model (T5), sentencepiece.bpe.model (XLM-RoBERTa)',
        '  fix: copy those files from the model that the checkpoint comes from: on the Hugging Face Hub they are beside config.json',
      ].join('\n'),
    );
    rmSync(folder, { recursive: true });
    await expect(loadTokenizer(folder)).rejects.toMatchObject({ code: 'TOKENIZER_MISSING' });
    folders.pop();
  });

  it.each([
    ['tokenizer.json', '{', /^the file is not JSON/],
    ['tokenizer.json', '[]', 'the file holds no JSON object'],
    ['tokenizer.json', `{"a":${'['.repeat(65)}${']'.repeat(65)}}`, 'lists and objects are 66 deep'],
    ['tokenizer.json', '{}', 'it has no model'],
    ['tokenizer.json', '{"model":{"type":"Magic"}}', 'the model "Magic" is unknown'],
    ['tokenizer.json', '{"model":{"type":"WordPiece","vocab":{}}}', 'the vocabulary is empty'],
    [
      'tokenizer.json',
      '{"model":{"type":"WordPiece","vocab":{"a":-1}}}',
      'the id -1 of "a" is no token number',
    ],
    [
      'tokenizer.json',
      '{"model":{"type":"WordPiece","vocab":{"a":3000000}}}',
      'the id 3000000 of "a" is no token number',
    ],
    ['tokenizer.json', '{"model":{"vocab":{"a":1,"b":1}}}', 'the id 1 stands for two tokens, one is "b"'],
    [
      'tokenizer.json',
      '{"model":{"vocab":{"a":1},"unk_token":"?"}}',
      'the unknown token "?" is not in the vocabulary',
    ],
    [
      'tokenizer.json',
      '{"model":{"vocab":{"a":1},"merges":["a b"]}}',
      'merge 1 has "b", which is not in the vocabulary',
    ],
    ['tokenizer.json', '{"model":{"vocab":{"a":1},"merges":["a"]}}', 'merge 1 is not two tokens'],
    [
      'tokenizer.json',
      '{"model":{"vocab":{"a":1},"merges":[],"dropout":0.1}}',
      'dropout of BPE is not supported: tokens would be random',
    ],
    ['tokenizer.json', '{"model":{"vocab":[["a",0]],"unk_id":1}}', 'unk_id 1 is not the number of a piece'],
    [
      'tokenizer.json',
      '{"model":{"vocab":[["a","b"]],"unk_id":0}}',
      'piece 0 of the vocabulary is not a token and a score',
    ],
    [
      'tokenizer.json',
      '{"model":{"vocab":[["a",0]],"unk_id":0},"normalizer":{"type":"X"}}',
      'the normalizer "X" is unknown',
    ],
    [
      'tokenizer.json',
      '{"model":{"vocab":[["a",0]],"unk_id":0},"pre_tokenizer":{"type":"constructor"}}',
      'the pre-tokenizer "constructor" is unknown',
    ],
    [
      'tokenizer.json',
      '{"model":{"vocab":[["a",0]],"unk_id":0},"post_processor":{"type":"X"}}',
      'the post-processor "X" is unknown',
    ],
    [
      'tokenizer.json',
      '{"model":{"vocab":[["a",0]],"unk_id":0},"added_tokens":[{"id":0}]}',
      'an entry of added_tokens has no id or content',
    ],
    [
      'tokenizer.json',
      '{"model":{"vocab":[["a",0]],"unk_id":0},"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAAA"}}',
      'precompiled_charsmap is cut off or damaged',
    ],
    ['vocab.txt', 'a\nb\n', 'the vocabulary of 2 tokens has no "[CLS]"'],
    ['vocab.txt', Buffer.from([0xff]), 'the file is not UTF-8'],
    [
      'spiece.model',
      Buffer.from([0x0a, 0x05]),
      'the SentencePiece model is damaged: 5 bytes where 0 are left at byte 2',
    ],
    ['spiece.model', Buffer.from([]), 'the SentencePiece model has no pieces'],
  ] as [string, string | Uint8Array, string | RegExp][])(
    'refuses %s %.60j',
    async (name, content, message) => {
      const folder = folderWith({ [name]: content });
      await expect(loadTokenizer(folder)).rejects.toMatchObject({
        code: 'TOKENIZER_INVALID',
        place: join(folder, name),
        message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
      });
    },
  );

  it('refuses post-processors whose template does not fit', async () => {
    const refuse = async (post: JsonObject, message: string) => {
      const files = { 'tokenizer.json': await bertJson({ post_processor: post }) };
      await expect(load(files)).rejects.toMatchObject({ code: 'TOKENIZER_INVALID', message });
    };
    const a = { Sequence: { id: 'A', type_id: 0 } };
    const template = { type: 'TemplateProcessing', single: [a], pair: [a], special_tokens: {} };
    await refuse(template, 'a template of the post-processor does not hold every text once, in order');
    const special = { SpecialToken: { id: 'toString', type_id: 0 } };
    await refuse(
      { ...template, single: [special] },
      'the post-processor has no ids of the special token "toString"',
    );
    await refuse({ type: 'BertProcessing', cls: ['[CLS]', 2] }, 'the post-processor has no sep');
    const bert = { type: 'BertProcessing', cls: ['[CLS]', 2], sep: ['[SEP]', 3] };
    await refuse(
      { type: 'Sequence', processors: [bert, bert] },
      'several post-processors add special tokens',
    );
  });

  it('refuses files of byte-level BPE that are of another model', async () => {
    const vocab = { '<s>': 0, '</s>': 1, a: 2 };
    await expect(load({ 'vocab.json': vocab, 'merges.txt': '#version: 0.2\na\n' })).rejects.toMatchObject({
      code: 'TOKENIZER_INVALID',
      message: 'line 2 is not two tokens',
    });
    await expect(load({ 'vocab.json': { a: 0 }, 'merges.txt': '' })).rejects.toMatchObject({
      message: 'the vocabulary has neither <s> and </s> nor <|endoftext|>',
    });
    await expect(load({ 'vocab.json': vocab })).rejects.toMatchObject({ code: 'TOKENIZER_MISSING' });
    const gpt2 = await load({
      'vocab.json': { '<|endoftext|>': 1, a: 0, b: 2, ab: 3 },
      'merges.txt': 'a b\n',
    });
    expect(gpt2.build(gpt2.encodeIds('ab<|endoftext|>ba'))).toEqual({
      ids: [3, 1, 2, 0],
      typeIds: [0, 0, 0, 0],
    });
    expect(gpt2).toMatchObject({ padId: 1, specialTokens: { eos: 1, bos: 1, unk: 1 } });
  });

  it('refuses SentencePiece models whose class lays out ids in another way', async () => {
    const config = { tokenizer_class: 'AlbertTokenizer' };
    await expect(
      load({ 'spiece.model': new Uint8Array(1), 'tokenizer_config.json': config }),
    ).rejects.toMatchObject({
      message: 'the tokenizer_class "AlbertTokenizer" is read from tokenizer.json only',
    });
  });
});

describe('checkVocabulary', () => {
  const check = (tokens: number, vocabSize: number) => checkVocabulary({ vocabSize: tokens }, vocabSize, 'm');

  it('takes tokenizers that fill the embeddings, or nearly', () => {
    expect(check(30522, 30522)).toBeUndefined();
    expect(check(32100, 32128)).toBeUndefined();
    expect(check(50257, 50304)).toBeUndefined();
    expect(check(128001, 128100)).toBe(
      `m: the tokenizer has 128001 tokens, the checkpoint embeddings for 128100; is it the same model's?`,
    );
  });

  it.each([
    [
      30522,
      28996,
      'the tokenizer has 30522 tokens, the checkpoint embeddings for 28996',
      'at most 28996 tokens',
    ],
    [
      28996,
      30522,
      'the tokenizer has only 28996 tokens, the checkpoint embeddings for 30522',
      '29498 to 30522 tokens',
    ],
    [100, 800, 'the tokenizer has only 100 tokens, the checkpoint embeddings for 800', '400 to 800 tokens'],
  ])('refuses %i tokens for %i embeddings', (tokens, vocabSize, message, allowed) => {
    expect(() => check(tokens, vocabSize)).toThrowError(
      expect.objectContaining({
        code: 'TOKENIZER_VOCABULARY',
        message,
        allowed,
        place: 'm',
        fix: 'take the tokenizer files from the same model as the checkpoint',
      }),
    );
  });
});
