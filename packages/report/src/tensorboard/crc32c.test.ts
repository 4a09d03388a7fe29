import { expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from './crc32c.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it.each([
  // RFC 3720, B.4, and the check value of the catalogue of CRCs.
  [new Uint8Array(32), 0x8a9136aa],
  [new Uint8Array(32).fill(255), 0x62a8ab43],
  [Uint8Array.from({ length: 32 }, (_, at) => at), 0x46dd794e],
  [bytes('123456789'), 0xe3069283],
  [bytes(''), 0],
])('gives the published values', (data, expected) => {
  expect(crc32c(data)).toBe(expected);
});

it('masks as LevelDB does', () => {
  // crc32c_test.cc of LevelDB: unmasking gives the value back.
  const crc = crc32c(bytes('foo'));
  const rotated = (maskedCrc32c(bytes('foo')) - 0xa282ead8) >>> 0;
  expect(((rotated >>> 17) | (rotated << 15)) >>> 0).toBe(crc);
  expect(maskedCrc32c(bytes('foo'))).not.toBe(crc);
});
