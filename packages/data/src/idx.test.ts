import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openIdxImageSet } from './idx-image-set.ts';
import { openIdx, parseIdxHeader } from './idx.ts';

const folder = mkdtempSync(join(tmpdir(), 'mdpd-idx-'));
afterAll(() => rmSync(folder, { recursive: true }));

function idx(dimensions: number[], content: Uint8Array, type = 8): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header[2] = type;
  header[3] = dimensions.length;
  dimensions.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, content]);
}

let files = 0;
function save(bytes: Uint8Array, extension = ''): string {
  const path = join(folder, `${files++}${extension}`);
  writeFileSync(path, bytes);
  return path;
}

const content = Uint8Array.from({ length: 3 * 2 * 4 }, (_, index) => index * 3);

describe('openIdx', () => {
  it.each(['', '.gz'])('reads items in place (%s)', async (extension) => {
    const bytes = idx([3, 2, 4], content);
    const path = save(extension ? gzipSync(bytes) : bytes, extension);
    const file = await openIdx(path);
    expect(file).toMatchObject({ path, dimensions: [3, 2, 4], itemBytes: 8 });
    expect([...(await file.read(1, 2))]).toEqual([...content.slice(8)]);
    expect([...(await file.read(0, 1))]).toEqual([...content.slice(0, 8)]);
  });

  it.each([
    ['nothing', Buffer.alloc(0), '0 bytes are too few for an IDX file'],
    ['text', Buffer.from('hello there'), 'this is not an IDX file: it does not start with two zero bytes'],
    ['floats', idx([1], new Uint8Array(4), 0x0d), 'IDX element type 0x0d is not read'],
    ['no axis', idx([], new Uint8Array(1)), 'an IDX file with 0 axes is not read (1 to 4 are)'],
    [
      'many axes',
      idx([1, 1, 1, 1, 1], new Uint8Array(1)),
      'an IDX file with 5 axes is not read (1 to 4 are)',
    ],
    [
      'half a header',
      idx([3, 2, 4], content).subarray(0, 10),
      'the header of 3 axes needs 16 bytes, there are 10',
    ],
    [
      'a truncated file',
      idx([3, 2, 4], content).subarray(0, 20),
      'the header promises 3 x 2 x 4 = 24 bytes of data, the file has 4',
    ],
    [
      'a file with a tail',
      idx([2, 4], content),
      'the header promises 2 x 4 = 8 bytes of data, the file has 24',
    ],
    [
      'an empty file',
      idx([0, 28, 28], new Uint8Array(0)),
      'the file holds nothing: its sizes are 0 x 28 x 28',
    ],
    [
      'sizes that overflow',
      idx([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], content),
      '4294967295 x 4294967295 x 4294967295 x 4294967295 bytes are more than the limit of 1073741824',
    ],
  ])('refuses %s', async (_, bytes, text) => {
    for (const path of [save(bytes), save(gzipSync(bytes), '.gz')]) {
      const message = path.endsWith('.gz') ? text.replace('1073741824', '268435456') : text;
      await expect(openIdx(path)).rejects.toMatchObject({ code: 'IDX_INVALID', message, place: path });
    }
  });

  it('refuses a gzip file that says it is far larger than it is, before it is decompressed', async () => {
    // Half a gigabyte that a megabyte of zeros could become, in 99 bytes.
    const bomb = save(gzipSync(idx([1 << 15, 1 << 7, 1 << 7], new Uint8Array(100))), '.gz');
    await expect(openIdx(bomb)).rejects.toMatchObject({
      code: 'IDX_INVALID',
      message: '32768 x 128 x 128 bytes are more than the limit of 268435456',
    });
  });

  it('refuses a damaged gzip file and one that grows beyond the limit', async () => {
    const damaged = save(Buffer.from('not gzip'), '.gz');
    await expect(openIdx(damaged)).rejects.toMatchObject({
      code: 'IDX_INVALID',
      message: 'cannot be decompressed: incorrect header check',
      fix: 'the file is damaged: fetch it again',
    });
    const longer = save(gzipSync(idx([1 << 10], new Uint8Array(1 << 20))), '.gz');
    await expect(openIdx(longer)).rejects.toThrow('promises 1024 = 1024 bytes of data, the file has ');
    const bomb = save(gzipSync(idx([1 << 20], new Uint8Array(1 << 20))), '.gz');
    await expect(openIdx(bomb, { maxBytes: 4096 })).rejects.toMatchObject({
      code: 'IDX_INVALID',
      message: '1048576 bytes are more than the limit of 4096',
    });
  });

  it('accepts no random bytes but valid files, and throws nothing but IDX_INVALID', async () => {
    const header = fc.tuple(
      fc.constantFrom(0, 0, 0, 1),
      fc.constantFrom(8, 8, 9, 13),
      fc.integer({ min: 0, max: 6 }),
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 24 }),
    );
    await fc.assert(
      fc.asyncProperty(header, fc.uint8Array({ maxLength: 64 }), async ([zero, type, axes, sizes], tail) => {
        const bytes = Buffer.from([0, zero, type, axes, ...sizes, ...tail]);
        const path = save(bytes);
        try {
          const file = await openIdx(path);
          const { dimensions, offset } = parseIdxHeader(bytes, path);
          expect(dimensions.reduce((a, b) => a * b) + offset).toBe(bytes.length);
          expect((await file.read(0, dimensions[0]!)).length).toBe(bytes.length - offset);
        } catch (error) {
          expect(error).toMatchObject({ code: 'IDX_INVALID' });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('openIdxImageSet', () => {
  const options = { origin: 'toy:train', classNames: ['a', 'b'] };

  it('serves images with labels, across blocks and in any order', async () => {
    const count = 1000;
    const pixels = Uint8Array.from({ length: count * 600 }, (_, index) => Math.floor(index / 600) % 251);
    const images = save(idx([count, 20, 30], pixels));
    const labels = save(
      idx(
        [count],
        Uint8Array.from({ length: count }, (_, index) => index % 2),
      ),
    );
    const set = await openIdxImageSet({ ...options, images, labels });
    expect(set).toMatchObject({ size: count, origin: 'toy:train', labels: ['a', 'b'] });
    expect([set.label(0), set.label(1), set.label(999)]).toEqual([0, 1, 1]);
    expect(set.place(17)).toBe('toy:train[17]');
    const order = [0, 999, 437, 436, 438, 1, 873, 874];
    const read = await Promise.all(order.map((index) => set.read(index)));
    for (const [position, image] of read.entries()) {
      expect(image).toMatchObject({ width: 30, height: 20, channels: 1 });
      expect(image.data.length).toBe(600);
      expect(new Set(image.data)).toEqual(new Set([order[position]! % 251]));
    }
  });

  it('refuses files that do not fit each other', async () => {
    const images = save(idx([3, 2, 4], content));
    const labels = save(idx([2], new Uint8Array(2)));
    await expect(openIdxImageSet({ ...options, images, labels })).rejects.toMatchObject({
      code: 'IDX_INVALID',
      message: 'there are 3 images, but labels of 2',
      place: labels,
    });
    await expect(openIdxImageSet({ ...options, images: labels, labels })).rejects.toMatchObject({
      message: 'images have the axes 2',
      allowed: 'count x height x width, sides up to 8192',
    });
    const wild = save(idx([3], Uint8Array.of(0, 1, 2)));
    await expect(openIdxImageSet({ ...options, images, labels: wild })).rejects.toMatchObject({
      message: 'label 2 of item 2 is not a class',
      allowed: '0 to 1',
      place: wild,
    });
  });
});
