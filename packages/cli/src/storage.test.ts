import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bytesBelow, lookAt, readStorage } from './storage.ts';

let root: string;
const at = (...names: string[]): string => path.join(root, ...names);
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'mdpd-storage-')));
});
afterEach(() => rmSync(root, { recursive: true }));

it('says what can be written, and what will be made', () => {
  writeFileSync(at('file'), '');
  expect(lookAt(root)).toMatchObject({ folder: root, exists: true, writable: true });
  expect(lookAt(at('runs', 'deep'))).toMatchObject({ exists: false, writable: true });
  expect(readdirSync(root)).toEqual(['file']);
  expect(lookAt(root).freeBytes).toBeGreaterThan(0);
  // A file stands where a folder is needed.
  expect(lookAt(at('file'))).toMatchObject({ exists: true, writable: false });
  expect(lookAt(at('file', 'runs'))).toMatchObject({ exists: false, writable: false });
});

it.runIf(process.platform === 'linux')('sees a file system that nobody may write to', () => {
  expect(lookAt('/proc/mdpd').writable).toBe(false);
});

it('counts the files of the cache once: snapshots are links to them', () => {
  mkdirSync(at('hub/models--a--b/blobs'), { recursive: true });
  mkdirSync(at('hub/models--a--b/snapshots/1'), { recursive: true });
  writeFileSync(at('hub/models--a--b/blobs/x'), Buffer.alloc(1000));
  writeFileSync(at('hub/models--a--b/blobs/y'), Buffer.alloc(24));
  symlinkSync('../../blobs/x', at('hub/models--a--b/snapshots/1/model.safetensors'));
  symlinkSync(at('hub'), at('hub/models--a--b/snapshots/1/round'));
  expect(bytesBelow(at('hub'))).toBe(1024);
  expect(bytesBelow(at('nowhere'))).toBe(0);
  expect(readStorage(root, { HF_HOME: root }).hub).toMatchObject({
    folder: at('hub'),
    bytes: 1024,
    exists: true,
  });
});

it('reads the settings of the hub, and says what is wrong with them', () => {
  const hub = (environment: Record<string, string>) =>
    readStorage(root, { HF_HOME: root, ...environment }).hub;
  expect(hub({})).toMatchObject({ endpoint: 'https://huggingface.co', offline: false, problem: null });
  expect(hub({ HF_ENDPOINT: 'https://mirror.example/', HF_HUB_OFFLINE: '1' })).toMatchObject({
    endpoint: 'https://mirror.example',
    offline: true,
  });
  const wrong = { folder: at('hub'), endpoint: null };
  expect(hub({ HF_ENDPOINT: 'mirror' })).toMatchObject({ ...wrong, problem: 'HF_ENDPOINT is "mirror"' });
  // Not a word of the token itself.
  expect(hub({ HF_TOKEN: 'secret' })).toMatchObject({ ...wrong, problem: 'HF_TOKEN is no access token' });
});

it('looks at the working directory and its runs', () => {
  const { directory, runs } = readStorage(root, { HF_HOME: root });
  expect([directory.folder, directory.exists]).toEqual([root, true]);
  expect([runs.folder, runs.exists, runs.writable]).toEqual([at('runs'), false, true]);
});
