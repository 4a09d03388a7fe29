import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { MdpdError } from '@mdpd/core';
import { afterEach, expect, it } from 'vitest';
import { PrivateFolder, withoutPath } from './private-folder.ts';

let folder: PrivateFolder | undefined;
afterEach(() => folder?.remove());

it('holds a file for as long as it is read, under a name of its own', async () => {
  folder = new PrivateFolder();
  const content = await folder.withFile(Uint8Array.of(1, 2), async (file) => {
    expect(path.dirname(file)).toBe(folder!.path);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    return [...readFileSync(file)];
  });
  expect(content).toEqual([1, 2]);
  await expect(folder.withFile(Uint8Array.of(3), () => Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
  expect(readdirSync(folder.path)).toEqual([]);
});

it('is for this user alone, and goes with all that is in it', async () => {
  folder = new PrivateFolder();
  expect(statSync(folder.path).mode & 0o077).toBe(0);
  const { path: place } = folder;
  await folder.withFile(Uint8Array.of(1), () => {
    folder!.remove();
    return Promise.resolve();
  });
  expect(existsSync(place)).toBe(false);
});

it('tells errors without paths of this machine', () => {
  const file = '/tmp/mdpd-serve-x/1.png';
  const error = new MdpdError('IMAGE_UNREADABLE', `${file} is damaged`, {
    place: JSON.stringify(`${file} a circle`),
    fix: `repair ${file}`,
  });
  expect(withoutPath(error, file, 'cat.png')).toMatchObject({
    code: 'IMAGE_UNREADABLE',
    message: 'cat.png is damaged',
    place: '"cat.png a circle"',
    fix: 'repair cat.png',
  });
  const bug = new Error(file);
  expect(withoutPath(bug, file, 'cat.png')).toBe(bug);
});
