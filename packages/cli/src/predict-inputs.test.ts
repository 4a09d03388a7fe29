import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inputsOf } from './predict-inputs.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mdpd-predict-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const name = path.join(folder, 'texts.txt');
  writeFileSync(name, content);
  return name;
}

function failure(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof MdpdError) return formatError(thrown).replaceAll(folder, 'FOLDER');
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

it('are those of the command line', () => {
  expect(inputsOf(['a.png', 'one\tother'], undefined)).toEqual(['a.png', 'one\tother']);
});

it('are then the lines of the file, pairs and spaces as they are', () => {
  expect(inputsOf(['first'], file('\uFEFFa text\r\n\r\n  two \tparts\nlast'))).toEqual([
    'first',
    'a text',
    '  two \tparts',
    'last',
  ]);
});

it('must be there', () => {
  expect(failure(() => inputsOf([], undefined))).toMatchInlineSnapshot(`
    "error MISSING_ARGUMENT
      mdpd predict needs <input>: what to predict for
      allowed: image files or texts, or --file with one a line
      fix: mdpd predict --help shows how to call it"
  `);
  expect(failure(() => inputsOf([], file('\n \n')))).toMatchInlineSnapshot(`
    "error PREDICT_FILE_EMPTY at FOLDER/texts.txt
      the file names nothing to predict for
      allowed: one image file or text a line"
  `);
  expect(failure(() => inputsOf([], path.join(folder, 'none.txt')))).toMatchInlineSnapshot(`
    "error FILE_NOT_FOUND
      there is no file FOLDER/none.txt"
  `);
});
