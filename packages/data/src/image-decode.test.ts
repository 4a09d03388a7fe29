import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeImage, readImageFile, readImageSize } from './image-decode.ts';
import { resizeImage } from './resample.ts';

const folder = mkdtempSync(join(tmpdir(), 'mdpd-decode-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Left half black, right half white, as `channels` channels. */
function halves(width: number, height: number, channels: 1 | 3): ReturnType<typeof sharp> {
  const data = Uint8Array.from({ length: width * height * channels }, (_, index) =>
    Math.floor(index / channels) % width < width / 2 ? 0 : 255,
  );
  return sharp(data, { raw: { width, height, channels } });
}

/** A grey PNG of 8 bits whose rows, a byte for the filter before each, may be more or fewer than the header says. */
function greyPng(width: number, height: number, rows: Uint8Array): Buffer {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(data.length, 0);
    numbers.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...chunks]);
}

const oracleFolder = new URL('oracles/', import.meta.url);
const photo = readFileSync(new URL('photo.jpg', oracleFolder));

/** A PNG whose header claims a size; of its pixels there is nothing. */
function claiming(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const bytes = Buffer.alloc(12 + data.length);
    bytes.writeUInt32BE(data.length);
    bytes.write(type, 4, 'latin1');
    data.copy(bytes, 8);
    bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
    return bytes;
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

describe('decodeImage', () => {
  it.each([
    [9000, 9000, 'not an image that can be read: Input image exceeds pixel limit'],
    [100_000, 10, 'sides of 100000 x 10 pixels, longer than 65535'],
    [10, 100_000, 'sides of 10 x 100000 pixels, longer than 65535'],
    [8900, 8900, 'the image is damaged: '],
  ])('looks at the size that a header claims before it decodes: %d x %d', async (width, height, message) => {
    const decoded = decodeImage(claiming(width, height), { needed: { width: 8, height: 8 } });
    await expect(decoded).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: expect.stringContaining(message) as string,
    });
  });

  it('gives large images and small ones alike', async () => {
    // Above 16 MB pixels are not copied.
    const large = await decodeImage(await halves(4096, 1400, 3).png({ compressionLevel: 1 }).toBuffer());
    expect(large.data).toHaveLength(4096 * 1400 * 3);
    expect([large.data[0], large.data.at(-1)]).toEqual([0, 255]);
    expect(large.data).toBeInstanceOf(Uint8Array);
  });

  it.each(['png', 'webp', 'gif', 'tiff', 'avif', 'jpeg'] as const)('reads %s', async (format) => {
    const options = format === 'webp' || format === 'avif' ? { lossless: true } : {};
    const image = await decodeImage(await halves(8, 4, 3).toFormat(format, options).toBuffer());
    expect(image).toMatchObject({ width: 8, height: 4, channels: 3 });
    expect(image.data.length).toBe(8 * 4 * 3);
    expect(image.data[0]).toBeLessThan(12);
    expect(image.data.at(-1)).toBeGreaterThan(243);
  });

  it('keeps grey images grey', async () => {
    for (const bytes of [
      await halves(6, 2, 1).toColourspace('b-w').png().toBuffer(),
      await halves(6, 2, 1).toColourspace('b-w').jpeg().toBuffer(),
    ]) {
      const image = await decodeImage(bytes);
      expect(image).toMatchObject({ width: 6, height: 2, channels: 1 });
      expect(image.data.length).toBe(12);
    }
  });

  it('puts transparency on white, for colour and grey', async () => {
    const red = { r: 255, g: 0, b: 0, alpha: 0 };
    const clear = sharp({ create: { width: 2, height: 2, channels: 4, background: red } });
    expect([...(await decodeImage(await clear.png().toBuffer())).data]).toEqual(new Array(12).fill(255));
    const half = sharp({ create: { width: 1, height: 1, channels: 4, background: { ...red, alpha: 0.5 } } });
    const pixel = [...(await decodeImage(await half.png().toBuffer())).data];
    expect(pixel[0]).toBe(255);
    expect(Math.abs(pixel[1]! - 127)).toBeLessThanOrEqual(1);
    const greyAlpha = sharp(Uint8Array.of(0, 0, 0, 255), { raw: { width: 2, height: 1, channels: 2 } });
    const image = await decodeImage(await greyAlpha.toColourspace('b-w').png().toBuffer());
    expect(image).toMatchObject({ channels: 1, width: 2 });
    expect([...image.data]).toEqual([255, 0]);
  });

  it('turns as EXIF says', async () => {
    // Orientation 6: to be turned by 90° clockwise, so the left half comes to the top.
    const image = await decodeImage(await halves(8, 4, 3).withMetadata({ orientation: 6 }).png().toBuffer());
    expect(image).toMatchObject({ width: 4, height: 8 });
    expect([image.data[0], image.data.at(-1)]).toEqual([0, 255]);
  });

  it('brings 16 bits and CMYK to 8 bits RGB', async () => {
    const deep = await halves(4, 2, 3).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect([...(await decodeImage(deep)).data.slice(0, 3)]).toEqual([0, 0, 0]);
    expect([...(await decodeImage(deep)).data.slice(-3)]).toEqual([255, 255, 255]);
    const print = await halves(16, 8, 3).toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(print).metadata()).space).toBe('cmyk');
    expect(await decodeImage(print)).toMatchObject({ width: 16, height: 8, channels: 3 });
  });

  it('decodes JPEG as Pillow does, within what decoders may differ', async () => {
    const oracle = JSON.parse(readFileSync(new URL('preprocess.json', oracleFolder), 'utf8')) as {
      photo: { width: number; height: number; bytes: string };
    };
    const image = await decodeImage(photo);
    const expected = Buffer.from(oracle.photo.bytes, 'base64');
    expect(image).toMatchObject({ width: oracle.photo.width, height: oracle.photo.height, channels: 3 });
    let largest = 0;
    for (let i = 0; i < expected.length; i++)
      largest = Math.max(largest, Math.abs(image.data[i]! - expected[i]!));
    expect(largest).toBeLessThanOrEqual(2);
  });

  it('shrinks far larger images while decoding, to four times the need', async () => {
    const needed = { width: 10, height: 10 };
    const large = await halves(200, 160, 3).png().toBuffer();
    const image = await decodeImage(large, { needed });
    expect(image).toMatchObject({ width: 50, height: 40 });
    expect([image.data[0], image.data.at(-1)]).toEqual([0, 255]);
    const small = await halves(79, 200, 3).png().toBuffer();
    expect(await decodeImage(small, { needed })).toMatchObject({ width: 79, height: 200 });
  });

  it('shrinks so that the resized image hardly changes', async () => {
    // Waves, an edge and a bit of noise, 480 x 360, for an input of 32 x 24.
    const data = Uint8Array.from({ length: 480 * 360 * 3 }, (_, index) => {
      const [x, y, c] = [Math.floor(index / 3) % 480, Math.floor(index / 1440), index % 3];
      const wave = 127 + 90 * Math.sin(x / (30 + 20 * c)) * Math.cos(y / (50 - 10 * c));
      return (x - 200) ** 2 + (y - 150) ** 2 < 3600 ? 255 * (c % 2) : wave + ((index * 7919) % 23);
    });
    const needed = { width: 32, height: 24 };
    for (const format of ['jpeg', 'png'] as const) {
      const bytes = await sharp(data, { raw: { width: 480, height: 360, channels: 3 } })
        .toFormat(format)
        .toBuffer();
      const exact = resizeImage(await decodeImage(bytes), 32, 24, 2);
      const shrunk = await decodeImage(bytes, { needed });
      expect(shrunk).toMatchObject({ width: 128, height: 96 });
      const differences = resizeImage(shrunk, 32, 24, 2).data.map((value, i) =>
        Math.abs(value - exact.data[i]!),
      );
      expect(Math.max(...differences)).toBeLessThanOrEqual(4);
      expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThan(0.5);
    }
  });

  it('either reads a damaged file or says that it cannot', async () => {
    const png = await halves(20, 10, 3).png().toBuffer();
    const webp = await halves(20, 10, 3).webp().toBuffer();
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(png, webp, photo), damage, async (original, changes) => {
        const bytes = Buffer.from(original);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        try {
          const { width, height, channels, data } = await decodeImage(bytes);
          expect(data.length).toBe(width * height * channels);
        } catch (error) {
          expect(error).toMatchObject({ code: 'IMAGE_UNREADABLE' });
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('this is no image at all, only text')],
    ['a PNG signature alone', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
    ['half a JPEG', photo.subarray(0, photo.length >> 1)],
    ['a JPEG without its header', photo.subarray(200)],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>')],
  ])('refuses %s', async (_, bytes) => {
    await expect(decodeImage(bytes, { place: 'x/y.jpg' })).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      place: 'x/y.jpg',
      fix: 'repair or remove the file, or set data.onCorrupt=skip',
      exitCode: 1,
    });
  });

  it('refuses a header that promises an enormous image', async () => {
    const bomb = greyPng(100_000, 100_000, Buffer.alloc(9));
    const peak = process.resourceUsage().maxRSS;
    await expect(decodeImage(bomb, { place: 'bomb.png' })).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      place: 'bomb.png',
      message: 'not an image that can be read: Input image exceeds pixel limit',
    });
    expect(process.resourceUsage().maxRSS - peak).toBeLessThan(50_000);
  });

  it('unpacks no more than the header says, and refuses less', async () => {
    const rows = Buffer.alloc(9 * 8);
    const bomb = greyPng(8, 8, Buffer.alloc(100_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const peak = process.resourceUsage().maxRSS;
    expect(await decodeImage(bomb)).toEqual(await decodeImage(greyPng(8, 8, rows)));
    expect(process.resourceUsage().maxRSS - peak).toBeLessThan(50_000);
    await expect(decodeImage(greyPng(8, 8, rows.subarray(9)))).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: expect.stringContaining('the image is damaged: '),
    });
  });
});

describe('readImageSize', () => {
  it.each(['png', 'webp', 'gif', 'tiff', 'avif', 'jpeg'] as const)(
    'is that of the decoded image: %s, larger than what is read first',
    async (format) => {
      let state = 1;
      const noise = Uint8Array.from({ length: 300 * 200 * 3 }, () => {
        state = (state * 48271) % 2147483647;
        return state % 256;
      });
      const path = join(folder, `noise.${format}`);
      const picture = sharp(noise, { raw: { width: 300, height: 200, channels: 3 } });
      // GIF and AVIF know no orientation.
      const turned =
        format === 'gif' || format === 'avif' ? picture : picture.withMetadata({ orientation: 6 });
      const options = {
        gif: {},
        png: {},
        tiff: { compression: 'none' },
        avif: { quality: 100, effort: 0 },
        webp: { quality: 100 },
        jpeg: { quality: 100 },
      };
      const bytes = await turned.toFormat(format, options[format]).toBuffer();
      expect(bytes.length).toBeGreaterThan(65_536);
      writeFileSync(path, bytes);
      const { width, height } = await readImageFile(path);
      expect(await readImageSize(path)).toEqual({ width, height });
    },
  );

  it('reads the beginning of a file alone', async () => {
    const path = join(folder, 'long.png');
    writeFileSync(path, greyPng(8, 6, Buffer.alloc(9 * 6)));
    truncateSync(path, 200_000_000);
    const peak = process.resourceUsage().maxRSS;
    expect(await readImageSize(path)).toEqual({ width: 8, height: 6 });
    expect(process.resourceUsage().maxRSS - peak).toBeLessThan(100_000);
  });

  it('refuses what readImageFile refuses', async () => {
    const path = join(folder, 'no-image.png');
    writeFileSync(path, Buffer.alloc(200_000));
    await expect(readImageSize(path)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE', place: path });
    truncateSync(path, 0);
    await expect(readImageSize(path)).rejects.toMatchObject({ message: 'the file is empty' });
    const other = join(folder, 'none.png');
    await expect(readImageSize(other, { fix: 'get it' })).rejects.toMatchObject({
      message: 'there is no such file',
      place: other,
      fix: 'get it',
    });
  });
});

describe('readImageFile', () => {
  it('names the file that cannot be read', async () => {
    const bad = join(folder, 'bad.png');
    writeFileSync(bad, 'oops');
    await expect(readImageFile(bad)).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      place: bad,
      message: 'not an image that can be read: Input buffer contains unsupported image format',
    });
    const empty = join(folder, 'empty.png');
    writeFileSync(empty, '');
    await expect(readImageFile(empty)).rejects.toMatchObject({ message: 'the file is empty', place: empty });
    const missing = join(folder, 'missing.png');
    await expect(readImageFile(missing)).rejects.toMatchObject({
      message: 'there is no such file',
      place: missing,
    });
    mkdirSync(join(folder, 'folder.png'));
    await expect(readImageFile(join(folder, 'folder.png'))).rejects.toMatchObject({
      message: 'this is a folder, not an image',
    });
    await expect(readImageFile(bad, { place: 'list.txt:3' })).rejects.toMatchObject({ place: 'list.txt:3' });
  });
});
