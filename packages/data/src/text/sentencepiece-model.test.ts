import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CharacterMap } from './character-map.ts';
import { readSentencePieceModel } from './sentencepiece-model.ts';

/** Trained by sentencepiece. */
const file = gunzipSync(readFileSync(new URL('oracles/spiece.model.gz', import.meta.url)));

/** Seven bits a byte. */
function varint(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value & 127) | 128]), varint(value >>> 7)]);
}

describe('readSentencePieceModel', () => {
  it('reads pieces, scores, kinds and the table of the normalizer', () => {
    const model = readSentencePieceModel(file, 'x');
    expect(model).toMatchObject({ type: 1, unknownId: 2, byteFallback: false });
    expect(model.pieces.length).toBe(900);
    expect(model.pieces.slice(0, 4)).toEqual([
      { piece: '<pad>', score: 0, kind: 'control' },
      { piece: '</s>', score: 0, kind: 'control' },
      { piece: '<unk>', score: 0, kind: 'unknown' },
      { piece: 'word', score: 0, kind: 'user' },
    ]);
    expect(model.pieces.slice(4).every(({ kind, score }) => kind === 'normal' && score < 0)).toBe(true);
    expect(model.characterMap.length).toBeGreaterThan(200_000);
  });

  // Each once made an expression that JavaScript refuses.
  it.each([
    ['a piece of a megabyte', [['a'.repeat(2 ** 20), 4]], 'piece 0 has 1048576 bytes, more than 1024'],
    [
      'more pieces of their own than anybody has',
      Array.from({ length: 10_001 }, (_, i) => [`<${i}>`, 3]),
      '10001 pieces stand for themselves, more than 10000',
    ],
  ] as [string, [string, number][], string][])('refuses %s', (_, pieces, message) => {
    const model = Buffer.concat(
      pieces.map(([piece, kind]) => {
        const text = Buffer.from(piece);
        const body = Buffer.concat([
          Buffer.from([0x0a]),
          varint(text.length),
          text,
          Buffer.from([0x18, kind]),
        ]);
        return Buffer.concat([Buffer.from([0x0a]), varint(body.length), body]);
      }),
    );
    expect(() => readSentencePieceModel(model, 'x')).toThrow(message);
  });

  it('throws nothing but errors for people over damaged files', () => {
    const small = file.subarray(0, 400);
    const damage = fc.record({ at: fc.nat(399), byte: fc.nat(255), cut: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(damage, ({ at, byte, cut }) => {
        const bytes = Buffer.from(small).subarray(0, cut);
        if (at < cut) bytes[at] = byte;
        try {
          expect(readSentencePieceModel(bytes, 'x').pieces.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'TOKENIZER_INVALID', place: 'x' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('CharacterMap', () => {
  const { characterMap } = readSentencePieceModel(file, 'x');

  it('replaces characters, and short clusters as a whole', () => {
    const map = CharacterMap.parse(characterMap, 'x');
    expect(map.normalize('plain text, 123')).toBe('plain text, 123');
    expect(map.normalize('ﬁ ① Ａ\u3000x\u200by\tz\u0007')).toBe('fi 1 A x y z');
    // Half-width letters with marks and composed syllables are longer than what is looked up as a whole.
    expect(map.normalize('e\u0301 \uff76\uff9e \u1100\u1161\u11a8')).toBe(
      '\u00e9 \u30ab\u3099 \u1100\u1161\u11a8',
    );
    expect(map.normalize('\r\n')).toBe(' ');
    // The crate replaces a cluster by what its first character stands for.
    expect(map.normalize('ﬁ\u0301')).toBe('fi');
  });

  it('treats long texts as it treats their parts, and is fast', () => {
    const map = CharacterMap.parse(characterMap, 'x');
    // Clusters of many lengths, so that windows end within every one of them.
    const parts = [
      'e\u0301',
      '\ufb01\u0301',
      'a\u{1d165}',
      '\u{1f468}\u200d\u{1f469}',
      '\uff21',
      'b\u0323\u0301',
      ' ',
      '\u{1f1e9}\u{1f1ea}',
    ];
    for (let shift = 0; shift < 40; shift++) {
      const all = Array.from(
        { length: 2000 },
        (_, index) => parts[(index * 5 + (index >> 3)) % parts.length]!,
      );
      const text = 'x'.repeat(shift) + all.join('');
      expect(map.normalize(text)).toBe('x'.repeat(shift) + all.map((part) => map.normalize(part)).join(''));
    }
    const start = performance.now();
    expect(map.normalize('e\u0301'.repeat(100_000)).length).toBe(100_000);
    expect(map.normalize('a' + '\u0301'.repeat(100_000)).length).toBe(100_001);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('survives a damaged table', () => {
    const texts = ['ﬁ ① e\u0301', '\u00a0', 'plain', '각', '𝐀'];
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(255), fc.integer({ min: 0, max: 3000 }), (at, byte, cut) => {
        const bytes = Buffer.from(characterMap.subarray(0, characterMap.length - cut * 80));
        bytes[at] = byte;
        try {
          const map = CharacterMap.parse(bytes, 'x');
          for (const text of texts) expect(typeof map.normalize(text)).toBe('string');
        } catch (error) {
          expect(error).toMatchObject({ code: 'TOKENIZER_INVALID' });
        }
      }),
      { numRuns: 60 },
    );
  });
});
