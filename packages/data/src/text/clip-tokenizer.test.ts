/** Compares with CLIPTokenizer of `transformers`: the oracle is written by tools/oracles/clip_tokenizer.py. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '@mdpd/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

interface Oracle {
  readonly 'vocab.json': JsonObject;
  readonly 'merges.txt': string;
  readonly texts: readonly { readonly text: string; readonly ids: number[] }[];
}

const file = path.join(import.meta.dirname, 'oracles', 'clip-tokenizer.json');
const oracle = JSON.parse(readFileSync(file, 'utf8')) as Oracle;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mdpd-clip-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function load(vocabulary = oracle['vocab.json']): Promise<Tokenizer> {
  writeFileSync(path.join(folder, 'vocab.json'), JSON.stringify(vocabulary));
  writeFileSync(path.join(folder, 'merges.txt'), oracle['merges.txt']);
  return loadTokenizer(folder);
}

describe('vocab.json and merges.txt of CLIP', () => {
  it('make the ids of transformers', async () => {
    const tokenizer = await load();
    expect(oracle.texts.length).toBeGreaterThan(15);
    for (const { text, ids } of oracle.texts) {
      expect(tokenizer.build(tokenizer.encodeIds(text)).ids, JSON.stringify(text)).toEqual(ids);
    }
  });

  it('pad with the end of texts', async () => {
    const { 'vocab.json': vocabulary } = oracle;
    const [bos, eos] = [vocabulary['<|startoftext|>'], vocabulary['<|endoftext|>']];
    expect(await load()).toMatchObject({ padId: eos, specialTokens: { bos, eos, unk: eos } });
  });

  it('are refused without an end of texts', async () => {
    const rest = Object.entries(oracle['vocab.json']).filter(([name]) => name !== '<|endoftext|>');
    await expect(load(Object.fromEntries(rest))).rejects.toMatchObject({
      code: 'TOKENIZER_INVALID',
      message: 'the vocabulary has no <|endoftext|>',
    });
  });
});
