import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openVtabList, parseVtabList } from './vtab-list.ts';

const base = mkdtempSync(join(tmpdir(), 'mdpd-list-'));
afterAll(() => rmSync(base, { recursive: true }));

let jpeg: Buffer;
beforeAll(async () => {
  jpeg = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();
});

let root = '';
let folders = 0;
beforeEach(() => {
  root = join(base, String(folders++), 'cifar');
  mkdirSync(root, { recursive: true });
});

function add(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), jpeg);
  }
}

function list(text: string): string {
  const file = join(root, 'train800.txt');
  writeFileSync(file, text);
  return file;
}

const open = (text: string) => openVtabList(list(text), { origin: './cifar/train800.txt' });

describe('parseVtabList', () => {
  it('reads paths and labels, blank lines and line ends of either kind', () => {
    expect(parseVtabList('images/a.jpg 12\r\n\nimages/b c.jpg 0\n', 'x.txt')).toEqual([
      { path: 'images/a.jpg', label: 12, line: 1 },
      { path: 'images/b c.jpg', label: 0, line: 3 },
    ]);
  });

  it.each([
    ['images/a.jpg', 'x.txt:1', '"images/a.jpg" has no label'],
    ['a.jpg 1\nb.jpg one', 'x.txt:2', 'the label "one" is not a number from 0'],
    ['a.jpg -1', 'x.txt:1', 'the label "-1" is not a number from 0'],
    ['a.jpg 1.5', 'x.txt:1', 'the label "1.5" is not a number from 0'],
    ['a.jpg 1000000', 'x.txt:1', 'the label 1000000 is above 999999'],
    ['a.jpg 99999999999', 'x.txt:1', 'the label "99999999999" is not a number from 0'],
  ])('refuses %j', (text, place, message) => {
    try {
      parseVtabList(text, 'x.txt');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'LIST_INVALID',
        place,
        message,
        allowed: 'a path, one space, a label from 0: images/train800/000000.jpg 12',
      });
    }
  });

  it('gives back what was written, and throws nothing but LIST_INVALID', () => {
    const name = fc.stringMatching(/^[a-z0-9/]([a-z0-9/. ]*[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.nat(999_999))), (lines) => {
        const entries = parseVtabList(lines.map(([path, label]) => `${path} ${label}`).join('\n'), 'x.txt');
        expect(entries.map(({ path, label }) => [path, label])).toEqual(lines);
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\r', '1', '-', '/', '.', '\0', 'é') }),
        (text) => {
          try {
            for (const { label } of parseVtabList(text, 'x.txt')) expect(label).toBeGreaterThanOrEqual(0);
          } catch (error) {
            expect(error).toMatchObject({ code: 'LIST_INVALID' });
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('openVtabList', () => {
  it('serves the listed images with their labels', async () => {
    add('images/train800/000000.jpg', 'images/train800/000001.jpg');
    const set = await open('images/train800/000001.jpg 2\nimages/train800/000000.jpg 0\n');
    expect(set).toMatchObject({ size: 2, origin: './cifar/train800.txt', labels: ['0', '1', '2'] });
    expect([set.label(0), set.label(1)]).toEqual([2, 0]);
    expect(set.place(0)).toBe(join(root, 'images/train800/000001.jpg'));
    expect(await set.read(0)).toMatchObject({ width: 4, height: 4 });
  });

  it('names list and line of a missing image', async () => {
    add('images/a.jpg');
    await expect(open('images/a.jpg 0\nimages/b.jpg 1\n')).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: 'the list names images/b.jpg, which is not there',
      place: `${join(root, 'train800.txt')}:2`,
      fix: `the paths of a list are relative to its own folder, ${root}`,
    });
    await expect(open('nowhere/b.jpg 1\n')).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });

  it.each([
    '../secret.jpg',
    'images/../../secret.jpg',
    '/etc/passwd',
    'C:/secret.jpg',
    'images\\a.jpg',
    '.',
    'a\0b',
  ])('refuses the path %j', async (path) => {
    writeFileSync(join(dirname(root), 'secret.jpg'), jpeg);
    await expect(open(`${path} 0\n`)).rejects.toMatchObject({
      code: 'DATA_PATH',
      message: `"${path}" leaves the folder ${root}`,
      place: `${join(root, 'train800.txt')}:1`,
    });
  });

  it('refuses symbolic links that leave the folder, of files and of folders', async () => {
    add('images/a.jpg');
    writeFileSync(join(dirname(root), 'secret.jpg'), jpeg);
    symlinkSync(join(dirname(root), 'secret.jpg'), join(root, 'images', 'link.jpg'));
    await expect(open('images/link.jpg 0\n')).rejects.toMatchObject({ code: 'DATA_PATH' });
    symlinkSync(dirname(root), join(root, 'up'));
    await expect(open('up/secret.jpg 0\n')).rejects.toMatchObject({ code: 'DATA_PATH' });
    symlinkSync(join(root, 'nowhere.jpg'), join(root, 'images', 'lost.jpg'));
    await expect(open('images/lost.jpg 0\n')).rejects.toMatchObject({
      code: 'DATA_PATH',
      message: `the symbolic link ${join(root, 'images', 'lost.jpg')} leads nowhere`,
    });
    symlinkSync(join(root, 'images', 'a.jpg'), join(root, 'images', 'inner.jpg'));
    expect((await open('images/inner.jpg 0\n')).size).toBe(1);
  });

  it('refuses a list that names nothing or is not there', async () => {
    await expect(open('\n\n')).rejects.toMatchObject({
      code: 'DATA_EMPTY',
      message: 'the list names no image',
    });
    await expect(openVtabList(join(root, 'none.txt'), { origin: './none.txt' })).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: 'there is no such list file: ./none.txt',
      exitCode: 2,
    });
  });
});
