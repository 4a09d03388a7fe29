import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openImageFolder } from './image-folder.ts';

const base = mkdtempSync(join(tmpdir(), 'mdpd-folder-'));
afterAll(() => rmSync(base, { recursive: true }));

let png: Buffer;
beforeAll(async () => {
  png = await sharp({ create: { width: 3, height: 2, channels: 3, background: '#102030' } })
    .png()
    .toBuffer();
});

let root = '';
let folders = 0;
let warnings: string[] = [];
beforeEach(() => {
  root = join(base, String(folders++));
  mkdirSync(root);
  warnings = [];
});

function add(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), png);
  }
}

const open = () => openImageFolder(root, { origin: './photos', warn: (message) => warnings.push(message) });

describe('openImageFolder', () => {
  it('takes folders as classes and files as images, both sorted', async () => {
    add('dog/2.PNG', 'dog/10.jpg', 'cat/a.webp', 'Zebra/z.gif', 'cat/b.jpeg', 'dog/notes.txt', '.git/x.png');
    add('dog/.hidden.png', 'dog/nested/deep.png');
    const set = await open();
    expect(set).toMatchObject({ size: 5, origin: './photos', labels: ['Zebra', 'cat', 'dog'] });
    const places = Array.from({ length: 5 }, (_, index) => set.place(index));
    expect(places).toEqual(
      ['Zebra/z.gif', 'cat/a.webp', 'cat/b.jpeg', 'dog/10.jpg', 'dog/2.PNG'].map((name) => join(root, name)),
    );
    expect(Array.from({ length: 5 }, (_, index) => set.label(index))).toEqual([0, 1, 1, 2, 2]);
    const image = await set.read(4);
    expect(image).toMatchObject({ width: 3, height: 2, channels: 3 });
    expect([...image.data.slice(0, 3)]).toEqual([0x10, 0x20, 0x30]);
    expect(warnings).toEqual([]);
  });

  it('takes a flat folder as images without labels', async () => {
    add('b.png', 'a.png');
    const set = await open();
    expect(set.size).toBe(2);
    expect(set.labels).toBeUndefined();
    expect(set.label(0)).toBeUndefined();
    expect(set.place(0)).toBe(join(root, 'a.png'));
  });

  it('says what it ignores', async () => {
    add('cat/a.png', 'cat/b.bmp', 'cat/c.heic', 'stray.png');
    expect((await open()).size).toBe(1);
    expect(warnings).toEqual([
      './photos: 1 images beside the class folders are ignored',
      './photos: 2 images of formats that are not read are ignored',
    ]);
  });

  it('refuses an empty folder, an empty class and a missing folder', async () => {
    const allowed =
      'images that end in .jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif, one folder for each class: ' +
      `${root}/CLASS/IMAGE`;
    await expect(open()).rejects.toMatchObject({
      code: 'DATA_EMPTY',
      message: 'the folder holds no image that is read',
      place: root,
      allowed,
    });
    add('cat/a.png', 'dog/readme.txt');
    await expect(open()).rejects.toMatchObject({
      code: 'DATA_EMPTY',
      message: 'the class folder "dog" holds no image that is read',
      place: root,
      allowed,
    });
    rmSync(root, { recursive: true });
    await expect(open()).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: 'there is no such folder: ./photos',
      place: root,
      exitCode: 2,
    });
  });

  it('follows symbolic links inside the folder and refuses those that leave it', async () => {
    add('cat/a.png');
    symlinkSync(join(root, 'cat', 'a.png'), join(root, 'cat', 'b.png'));
    symlinkSync(join(root, 'cat'), join(root, 'dog'));
    expect((await open()).labels).toEqual(['cat', 'dog']);
    writeFileSync(join(base, 'secret.png'), png);
    symlinkSync(join(base, 'secret.png'), join(root, 'cat', 'secret.png'));
    await expect(open()).rejects.toMatchObject({
      code: 'DATA_PATH',
      message: `the symbolic link ${join(root, 'cat', 'secret.png')} leaves the folder, to ${join(base, 'secret.png')}`,
    });
    rmSync(join(root, 'cat', 'secret.png'));
    symlinkSync(base, join(root, 'up'));
    await expect(open()).rejects.toMatchObject({ code: 'DATA_PATH' });
    rmSync(join(root, 'up'));
    symlinkSync(join(root, 'gone.png'), join(root, 'cat', 'gone.png'));
    await expect(open()).rejects.toMatchObject({
      code: 'DATA_PATH',
      message: 'the symbolic link leads nowhere',
      place: join(root, 'cat', 'gone.png'),
    });
  });

  it('takes the folder itself through a symbolic link', async () => {
    add('cat/a.png');
    const link = join(base, 'link');
    symlinkSync(root, link);
    expect((await openImageFolder(link, { origin: 'link' })).size).toBe(1);
  });
});
