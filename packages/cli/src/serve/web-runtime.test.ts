import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findWebRuntime } from './web-runtime.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'mdpd-runtime-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

function install(files: readonly string[]): string {
  const place = path.join(folder, 'node_modules/onnxruntime-web');
  mkdirSync(path.join(place, 'dist'), { recursive: true });
  writeFileSync(path.join(place, 'package.json'), '{"version":"9.8.7"}');
  for (const file of files) writeFileSync(path.join(place, 'dist', file), '');
  return place;
}

it('finds the one that is installed with mdpd', () => {
  expect(findWebRuntime(folder)).toMatchObject({
    version: '1.30.0',
    program: expect.stringMatching(/ort\.wasm\.bundle\.min\.mjs$/u),
    machineCode: expect.stringMatching(/ort-wasm-simd-threaded\.wasm$/u),
  });
});

it('takes that of the working directory first', () => {
  install(['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm']);
  expect(findWebRuntime(folder).version).toBe('9.8.7');
});

it('says how to install one that is missing', () => {
  expect(() => findWebRuntime(folder, [folder])).toThrow(
    expect.objectContaining({
      code: 'WEB_RUNTIME_MISSING',
      message: 'the package onnxruntime-web, which runs models in browsers, is not installed',
      fix: 'npm install onnxruntime-web@1.30.0',
    }),
  );
});

it('says how to install one that lacks files', () => {
  const place = install(['ort.wasm.bundle.min.mjs']);
  expect(() => findWebRuntime(folder, [folder])).toThrow(
    expect.objectContaining({
      code: 'WEB_RUNTIME_MISSING',
      message: 'onnxruntime-web 9.8.7 lacks files that the page needs',
      place,
    }),
  );
});
