import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gunzipSync } from 'node:zlib';
import type { JsonObject } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeExample } from './encode.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

interface OracleCase {
  /** Base64 by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly size: number;
  /** Checksums of ids, 32 bits each, base64. */
  readonly singles: string;
  readonly examples: readonly (readonly number[])[];
  readonly cut: string;
  /** tokenizer.json that Python makes of older files, without vocabulary and merges, the character map as a checksum. */
  readonly saved: JsonObject | null;
  readonly decoded: string | null;
}

interface Oracle {
  readonly lengths: readonly number[];
  readonly strings: readonly string[];
  readonly pairs: readonly (readonly [number, number])[];
  readonly cases: Readonly<Record<string, OracleCase>>;
}

const unpack = (name: string): Buffer =>
  gunzipSync(readFileSync(new URL(`oracles/${name}`, import.meta.url)));
const oracle = JSON.parse(unpack('tokenizers.json.gz').toString('utf8')) as Oracle;
const base = mkdtempSync(join(tmpdir(), 'mdpd-tokenizers-'));
afterAll(() => rmSync(base, { recursive: true }));

function folderOf(name: string): string {
  const folder = mkdtempSync(join(base, `${name}-`));
  const files = Object.entries(oracle.cases[name]!.files);
  for (const [file, content] of files) writeFileSync(join(folder, file), Buffer.from(content, 'base64'));
  if (name === 't5') writeFileSync(join(folder, 'spiece.model'), unpack('spiece.model.gz'));
  return folder;
}

const unpackSums = (packed: string): number[] => {
  const bytes = Buffer.from(packed, 'base64');
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(4 * index));
};

const checksum = (...lists: (readonly number[])[]): number => crc32(lists.map((ids) => ids.join()).join('|'));

/** Which of the expected checksums differ from those that `make` gives. */
function differing(packed: string, make: (index: number) => number): number[] {
  const expected = unpackSums(packed);
  expect(expected.length).toBeGreaterThan(0);
  return expected.flatMap((sum, index) => (make(index) === sum ? [] : [index]));
}

const encode = (tokenizer: Tokenizer, text: string): readonly number[] =>
  tokenizer.build(tokenizer.encodeIds(text)).ids;

describe.each(Object.entries(oracle.cases))('%s', (name, expected) => {
  const loaded = loadTokenizer(folderOf(name));

  it('gives 2,000 strings the ids that Python gives', async () => {
    const tokenizer = await loaded;
    expect(tokenizer.vocabSize).toBe(expected.size);
    const examples = oracle.strings.filter((_, index) => index % 97 === 0);
    expect(examples.map((text) => encode(tokenizer, text))).toEqual(expected.examples);
    const wrong = differing(expected.singles, (index) => checksum(encode(tokenizer, oracle.strings[index]!)));
    expect(wrong.map((index) => oracle.strings[index])).toEqual([]);
  });

  it('cuts pairs and single texts as Python does', async () => {
    const tokenizer = await loaded;
    const wrong = differing(expected.cut, (index) => {
      const [first, second] = oracle.pairs[index]!.map((at) => oracle.strings[at]!) as [string, string];
      const lists = oracle.lengths.flatMap((length) => {
        const pair = encodeExample(tokenizer, first, second, length);
        const single = encodeExample(tokenizer, first, undefined, length);
        expect(pair.ids.length).toBeLessThanOrEqual(length);
        return [pair.ids, pair.typeIds, single.ids];
      });
      return checksum(...lists);
    });
    expect(wrong).toEqual([]);
  });

  const { saved: expectedSaved, decoded } = expected;
  if (!expectedSaved || !decoded) return;

  it('turns ids back into the text that Python gives', async () => {
    const tokenizer = await loaded;
    const decode = (text: string): string => tokenizer.decode(encode(tokenizer, text));
    const wrong = differing(decoded, (index) => crc32(decode(oracle.strings[index]!)));
    expect(wrong.map((index) => [oracle.strings[index], decode(oracle.strings[index]!)])).toEqual([]);
  });

  it('saves the tokenizer.json that Python saves', async () => {
    const saved = (await loaded).files()['tokenizer.json'] as JsonObject;
    const { vocab, merges, ...model } = saved['model'] as JsonObject;
    const normalizer = saved['normalizer'] as JsonObject | null;
    const map = normalizer?.['precompiled_charsmap'];
    if (typeof map === 'string') normalizer!['precompiled_charsmap'] = crc32(map);
    expect(vocab).toBeDefined();
    expect(merges === undefined).toBe(model['type'] !== 'BPE');
    expect({ ...saved, model }).toEqual(expectedSaved);
  });
});
