import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createNormalizer } from './normalizers.ts';
import { createPreTokenizer } from './pre-tokenizers.ts';

interface CodePoints {
  readonly block: number;
  readonly starts: readonly number[];
  readonly checksums: Readonly<Record<string, readonly string[]>>;
}

const oracle = JSON.parse(
  readFileSync(new URL('oracles/code-points.json', import.meta.url), 'utf8'),
) as CodePoints;

const bert = (config: object) => createNormalizer({ type: 'BertNormalizer', ...config }, 'x');
const pre = (config: { type: string; add_prefix_space?: boolean }) => {
  const split = createPreTokenizer(config, 'x');
  return (text: string) => split(text, true).join('|');
};

const makers: Readonly<Record<string, (text: string) => string>> = {
  BertNormalizer: bert({
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  }),
  'BertNormalizer cased': bert({ strip_accents: null, lowercase: false }),
  'BertNormalizer accents': bert({
    clean_text: false,
    handle_chinese_chars: false,
    strip_accents: true,
    lowercase: false,
  }),
  Strip: createNormalizer({ type: 'Strip', strip_left: true, strip_right: true }, 'x'),
  BertPreTokenizer: pre({ type: 'BertPreTokenizer' }),
  ByteLevel: pre({ type: 'ByteLevel', add_prefix_space: false }),
  WhitespaceSplit: pre({ type: 'WhitespaceSplit' }),
};

/** Checksum of what `make` makes of every character from `start` on, each in the middle of others. */
function checksum(start: number, make: (text: string) => string): string {
  let all = '';
  for (let point = start; point < start + oracle.block; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const c = String.fromCodePoint(point);
    all += make(`A${c}\u0301${c}1${c} ${c}\u0327!${c}`) + '\n';
  }
  return crc32(all).toString(16).padStart(8, '0');
}

describe('every character of Unicode', () => {
  it.each(Object.keys(oracle.checksums))('is treated as tokenizers does by %s', (name) => {
    const make = makers[name] ?? createNormalizer({ type: name }, 'x');
    expect(oracle.starts.map((start) => checksum(start, make))).toEqual(oracle.checksums[name]);
  });
});
