/** Values that break readers: sizes, numbers and texts. */
import type { Random } from '@mdpd/tensor/random';
import { pick } from './pick.ts';

/** What lengths, counts and offsets are replaced by. */
export const hostileSizes: readonly bigint[] = [
  0n,
  1n,
  2n,
  7n,
  8n,
  127n,
  128n,
  255n,
  256n,
  65_535n,
  65_536n,
  (1n << 20n) + 1n,
  (1n << 24n) + 1n,
  (1n << 29n) - 1n,
  1n << 30n,
  (1n << 31n) - 1n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 53n) - 1n,
  1n << 53n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
];

/** Numbers as texts have them. */
export const hostileNumbers: readonly string[] = [
  '0',
  '-0',
  '1',
  '-1',
  '0.5',
  '1e3',
  '2147483647',
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '9223372036854775807',
  '18446744073709551616',
  '1e308',
  '1e999',
  '-1e999',
  '1e-999',
  `1${'0'.repeat(400)}`,
  `0.${'0'.repeat(400)}1`,
];

/** Names that mean something to JavaScript. */
export const hostileKeys: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  'valueOf',
  '',
  '0',
  '4294967295',
];

/** Names that would lead out of a folder. */
export const hostilePaths: readonly string[] = [
  '../canary/canary',
  '../../canary/canary',
  './../canary/canary',
  'x/../../canary/canary',
  '/etc/passwd',
  '/proc/self/mem',
  '/dev/zero',
  'C:\\Windows\\win.ini',
  '..\\canary\\canary',
  '.',
  '..',
  '/',
  'file:///etc/passwd',
  '%2e%2e/canary/canary',
  'a\u0000b',
  `${'a/'.repeat(2000)}b`,
  'a'.repeat(5000),
];

/** Odd texts: halves of pairs, marks, controls, right to left, many accents. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\udc00\ud800',
  '\ufeff',
  '\ufffe\uffff',
  '\u202e\u2066',
  'Z\u0351\u0352\u0353'.repeat(300),
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'.repeat(50),
  '\u{10ffff}',
  'ﷺ'.repeat(400),
  'ß\u0130ŉΐ'.repeat(100),
  '\r\n\r\n',
  '\u2028\u2029\u0085',
  '"',
  '\\',
  "'; --",
  '\u001b[31m',
  '${process.exit()}',
  'a'.repeat(70_000),
  '\ud83d'.repeat(100),
];

export function hostileText(random: Random): string {
  return pick(
    random,
    [hostileTexts, hostilePaths, hostileKeys, hostileNumbers, hostileTexts][random.integer(5)]!,
  );
}

/** UTF-8 that is none: halves of pairs, overlong forms, beyond Unicode, cut off. */
export const brokenUtf8: readonly Buffer[] = [
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xf5, 0x80, 0x80, 0x80]),
  Buffer.from([0xe2, 0x82]),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0x80]),
];
