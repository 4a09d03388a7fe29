import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ContainedFiles } from './contained-files.ts';

const base = mkdtempSync(join(tmpdir(), 'mdpd-contained-'));
afterAll(() => rmSync(base, { recursive: true }));

it('says which files are there, and follows no link out of the folder', async () => {
  const root = join(base, 'root');
  mkdirSync(join(root, 'more'), { recursive: true });
  for (const file of ['secret.png', 'root/a.png', 'root/more/b.png']) writeFileSync(join(base, file), 'x');
  symlinkSync('a.png', join(root, 'inner.png'));
  symlinkSync('../secret.png', join(root, 'outer.png'));
  symlinkSync('none.png', join(root, 'lost.png'));
  symlinkSync('..', join(root, 'up'));
  symlinkSync(root, join(base, 'link'));
  for (const named of [root, join(base, 'link')]) {
    const files = new ContainedFiles(named);
    const has = (name: string): Promise<boolean> => files.has(join(named, name), 'x.csv:2');
    expect(await has('a.png')).toBe(true);
    expect(await has('more/b.png')).toBe(true);
    expect(await has('inner.png')).toBe(true);
    expect(await has('none.png')).toBe(false);
    expect(await has('none/none.png')).toBe(false);
    const refused = { code: 'DATA_PATH', place: 'x.csv:2' };
    await expect(has('outer.png')).rejects.toMatchObject(refused);
    await expect(has('lost.png')).rejects.toMatchObject(refused);
    await expect(has('up/secret.png')).rejects.toMatchObject(refused);
  }
});

it('knows no file where the folder is nowhere', async () => {
  expect(await new ContainedFiles(join(base, 'nowhere')).has(join(base, 'nowhere', 'a.png'), 'x')).toBe(
    false,
  );
});
