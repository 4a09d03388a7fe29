/** Finds what a tokenizer is made of in a model's folder, and brings it into the form of tokenizer.json. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MdpdError, messageOf, systemCode, type JsonObject } from '@mdpd/core';
import { fromByteLevelBpe } from './from-byte-level-bpe.ts';
import { fromSentencePiece } from './from-sentencepiece.ts';
import { fromVocabTxt } from './from-vocab-txt.ts';
import { invalid, isObject } from './tokenizer-json.ts';
import { parseUntrustedJson } from './untrusted-json.ts';

export interface TokenizerSource {
  /** tokenizer.json, as read or made from other files. */
  readonly tokenizer: JsonObject;
  /** tokenizer_config.json with what special_tokens_map.json says; empty where both are missing. */
  readonly config: JsonObject;
  /** Vocabulary files as they came. */
  readonly vocabularyFiles: Readonly<Record<string, Uint8Array>>;
  /** The file that it was made of. */
  readonly place: string;
}

const mostBytes = 128 << 20;
const vocabularyNames = ['vocab.txt', 'vocab.json', 'merges.txt', 'spiece.model', 'sentencepiece.bpe.model'];

async function readOptional(path: string): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes) return invalid(`${size} bytes are more than ${mostBytes}`, path);
    return await readFile(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (error instanceof MdpdError) throw error;
    throw new MdpdError('TOKENIZER_INVALID', `it cannot be read: ${messageOf(error)}`, {
      place: path,
      cause: error,
    });
  }
}

function parseObject(bytes: Uint8Array, place: string): JsonObject {
  const value = parseUntrustedJson(bytes, { code: 'TOKENIZER_INVALID', place });
  return isObject(value) ? value : invalid('the file holds no JSON object', place);
}

async function readObject(path: string): Promise<JsonObject | undefined> {
  const bytes = await readOptional(path);
  return bytes && parseObject(bytes, path);
}

/** tokenizer_config.json; what only special_tokens_map.json says is added. */
async function readConfig(folder: string): Promise<JsonObject> {
  const config = (await readObject(join(folder, 'tokenizer_config.json'))) ?? {};
  const map = (await readObject(join(folder, 'special_tokens_map.json'))) ?? {};
  const missing = Object.entries(map).filter(([key]) => !Object.hasOwn(config, key));
  return { ...config, ...Object.fromEntries(missing) };
}

function missing(folder: string): never {
  throw new MdpdError('TOKENIZER_MISSING', `the folder ${folder} has no tokenizer`, {
    place: folder,
    allowed: [
      'tokenizer.json with tokenizer_config.json',
      'vocab.txt (BERT)',
      'vocab.json with merges.txt (RoBERTa, GPT-2, CLIP)',
      'spiece.model (T5)',
      'sentencepiece.bpe.model (XLM-RoBERTa)',
    ],
    fix: 'copy those files from the model that the checkpoint comes from: on the Hugging Face Hub they are beside config.json',
  });
}

/** Throws TOKENIZER_MISSING where the folder has none of the files, TOKENIZER_INVALID where one cannot be read. */
export async function readTokenizerSource(folder: string): Promise<TokenizerSource> {
  const config = await readConfig(folder);
  const entries: [string, Uint8Array][] = [];
  for (const name of vocabularyNames) {
    const bytes = await readOptional(join(folder, name));
    if (bytes) entries.push([name, bytes]);
  }
  const vocabularyFiles = Object.fromEntries(entries);
  const source = (name: string, tokenizer: JsonObject): TokenizerSource => {
    return { tokenizer, config, vocabularyFiles, place: join(folder, name) };
  };
  const tokenizer = await readObject(join(folder, 'tokenizer.json'));
  if (tokenizer) return source('tokenizer.json', tokenizer);
  const place = (name: string): string => join(folder, name);
  const text = vocabularyFiles['vocab.txt'];
  if (text) return source('vocab.txt', fromVocabTxt(text, config, place('vocab.txt')));
  const [vocabulary, merges] = [vocabularyFiles['vocab.json'], vocabularyFiles['merges.txt']];
  if (vocabulary && merges) {
    const object = parseObject(vocabulary, place('vocab.json'));
    return source('vocab.json', fromByteLevelBpe(object, merges, config, place('merges.txt')));
  }
  for (const name of ['spiece.model', 'sentencepiece.bpe.model'] as const) {
    const bytes = vocabularyFiles[name];
    const layout = name === 'spiece.model' ? 't5' : 'xlm-roberta';
    if (bytes) return source(name, fromSentencePiece(bytes, { config, layout, place: place(name) }));
  }
  return missing(folder);
}
