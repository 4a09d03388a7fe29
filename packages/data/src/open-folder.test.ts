import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatError, MdpdError, type FolderSource } from '@mdpd/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolder } from './open-folder.ts';
import { writtenFolder } from './written-folder.ts';

let directory: string;
let written: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mdpd-folder-'));
  written = 0;
});
afterEach(() => rmSync(directory, { recursive: true }));

const scenes: FolderSource = {
  name: 'zoo:scenes',
  description: '',
  prepare: (context) =>
    writtenFolder(context.directory, 'scenes-1', (folder) => {
      written++;
      context.progress?.(1, 1);
      writeFileSync(join(folder, 'a.txt'), 'a');
      return Promise.resolve();
    }),
};

async function failure(run: Promise<unknown>): Promise<string> {
  const thrown: unknown = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof MdpdError)) throw thrown ?? new Error('nothing was thrown');
  return `${thrown.exitCode} ${formatError(thrown).replaceAll(directory, 'DIR')}`;
}

describe('openFolder', () => {
  it('gives a path as it is, resolved', async () => {
    expect(await openFolder('.', { directory })).toBe(directory);
    expect(await openFolder(directory, { directory: '/', sources: [scenes] })).toBe(directory);
  });

  it('writes the files of a source once, and says how far it is', async () => {
    const seen: number[][] = [];
    const options = { directory, sources: [scenes], progress: (...each: number[]) => void seen.push(each) };
    const folder = await openFolder('zoo:scenes', options);
    expect(folder).toBe(join(directory, 'runs', 'data', 'scenes-1'));
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('a');
    expect(await openFolder('zoo:scenes', options)).toBe(folder);
    expect([written, seen]).toEqual([1, [[1, 1]]]);
  });

  it('says what there is where nothing has the name', async () => {
    const options = { directory, sources: [scenes], place: 'data.root' };
    expect(await failure(openFolder('zoo:scene', options))).toMatchInlineSnapshot(`
      "2 error UNKNOWN_SOURCE at data.root
        there is no folder source "zoo:scene"
        allowed: zoo:scenes
        fix: did you mean "zoo:scenes"?"
    `);
    expect(await failure(openFolder('hub:scenes', { directory }))).toMatchInlineSnapshot(`
      "2 error UNKNOWN_SOURCE
        there is no folder source "hub:scenes"
        allowed: none is installed
        fix: did you mean "zoo:scenes"? It is not installed: npm install @mdpd/zoo"
    `);
    expect(await failure(openFolder('./coco', options))).toMatchInlineSnapshot(`
      "2 error DATA_MISSING at data.root
        there is no folder "./coco"
        fix: looked for DIR/coco; relative paths start where the command is run"
    `);
    writeFileSync(join(directory, 'file'), '');
    expect(await failure(openFolder('file', options))).toContain('DATA_MISSING');
    expect(await failure(openFolder('file/below', options))).toContain('DATA_MISSING');
  });
});

describe('writtenFolder', () => {
  it('leaves nothing behind where writing fails', async () => {
    const broken = writtenFolder(directory, 'x', (folder) => {
      writeFileSync(join(folder, 'half'), '');
      return Promise.reject(new Error('power cut'));
    });
    await expect(broken).rejects.toThrow('power cut');
    expect(readdirSync(join(directory, 'runs', 'data'))).toEqual([]);
  });

  it('lets two processes write at once: one folder, complete', async () => {
    const write = (folder: string) => {
      writeFileSync(join(folder, 'a.txt'), 'a');
      return new Promise<void>((done) => setTimeout(done, 20));
    };
    const both = await Promise.all([1, 2].map(() => writtenFolder(directory, 'x', write)));
    expect(new Set(both).size).toBe(1);
    expect(readdirSync(join(directory, 'runs', 'data'))).toEqual(['x']);
    expect(existsSync(join(both[0]!, 'a.txt'))).toBe(true);
  });

  it('names the folder where the system refuses', async () => {
    writeFileSync(join(directory, 'runs'), 'a file');
    expect(await failure(writtenFolder(directory, 'x', () => Promise.resolve()))).toMatchInlineSnapshot(`
      "1 error DATA_UNWRITABLE at DIR/runs/data/x
        the generated files cannot be written: ENOTDIR: not a directory, stat 'DIR/runs/data/x'
        fix: make room there, or run the command in a folder that may be written to"
    `);
  });
});
