import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { formatError, MdpdError } from '@mdpd/core';
import { diskError, readJson, writeWhole } from './files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mdpd-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function failure(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof MdpdError) return formatError(thrown).replaceAll(folder, 'FOLDER');
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

it('reads JSON objects and names the place of what is wrong', () => {
  const file = path.join(folder, 'config.json');
  const written = (text: string): (() => unknown) => {
    writeFileSync(file, text);
    return () => readJson(file);
  };
  expect(written('{"a": [1]}')()).toEqual({ a: [1] });
  expect(failure(written('{\n  "a": 1,\n  b: 2\n}'))).toBe(
    'error JSON_INVALID at FOLDER/config.json:3:3\n  not valid JSON: Expected double-quoted property name',
  );
  expect(failure(written('{"a": '))).toBe(
    'error JSON_INVALID at FOLDER/config.json\n  not valid JSON: Unexpected end of JSON input',
  );
  const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  expect(failure(written(deep))).toBe(
    'error JSON_INVALID at FOLDER/config.json\n  lists and objects are 20001 deep\n  allowed: at most 64 levels',
  );
  expect(failure(written('[1]'))).toBe(
    'error JSON_INVALID at FOLDER/config.json\n  the file does not hold a JSON object',
  );
  expect(failure(() => readJson(path.join(folder, 'no.json')))).toBe(
    'error FILE_NOT_FOUND\n  there is no file FOLDER/no.json',
  );
  expect(failure(() => readJson(folder))).toMatch(
    /^error FILE_UNREADABLE at FOLDER\n {2}cannot be read: EISDIR/,
  );
  truncateSync(file, 64_000_001);
  expect(failure(() => readJson(file))).toBe(
    'error FILE_TOO_LARGE at FOLDER/config.json\n  the file has 64000001 bytes\n  allowed: at most 64000000 bytes',
  );
});

it('writes a file whole and leaves nothing behind when it cannot', () => {
  const file = path.join(folder, 'result.json');
  writeWhole(file, 'one');
  writeWhole(file, 'two');
  expect(readFileSync(file, 'utf8')).toBe('two');
  expect(failure(() => writeWhole(path.join(folder, 'no', 'result.json'), 'x'))).toMatch(
    /^error WRITE_FAILED at FOLDER\/no\/result.json\n {2}cannot write: ENOENT/,
  );
  // A folder is in the way: the rename fails, and the temporary file is gone.
  expect(failure(() => writeWhole(folder, 'x'))).toMatch(/^error WRITE_FAILED at FOLDER\n/);
  expect(readdirSync(folder)).toEqual(['result.json']);
  expect(
    readdirSync(path.dirname(folder)).filter((name) => name.startsWith(`${path.basename(folder)}.tmp`)),
  ).toEqual([]);
});

it('says what is full', () => {
  const error = Object.assign(new Error('no'), { code: 'ENOSPC' });
  expect(formatError(diskError(error, 'runs/a'))).toBe(
    'error DISK_FULL at runs/a\n  cannot write: the disk is full\n  fix: free space, or choose another folder with --out',
  );
});
