import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { JsonObject, RawImage } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './image-decode.ts';
import { normalizationTable, prepareImage, writeInput } from './preprocess.ts';
import { readPreprocessing, savedPreprocessing } from './preprocessor-config.ts';
import { resizeImage, type ResampleCode } from './resample.ts';

interface Oracle {
  readonly resized: readonly {
    image: string;
    code: ResampleCode;
    width: number;
    height: number;
    bytes: string;
  }[];
  readonly processed: readonly { image: string; config: JsonObject; shape: number[]; values: string }[];
  readonly photo: { width: number; height: number; bytes: string };
}

const folder = new URL('oracles/', import.meta.url);
const oracle = JSON.parse(readFileSync(new URL('preprocess.json', folder), 'utf8')) as Oracle;

async function open(name: string): Promise<RawImage> {
  return decodeImage(await readFile(new URL(name, folder)));
}

function decodeBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

function process(image: RawImage, config: JsonObject): Float32Array {
  const preprocessing = readPreprocessing({
    preset: 'checkpoint',
    config,
    inputShape: [3, 24, 24],
    warn: () => undefined,
  });
  const prepared = prepareImage(image, preprocessing);
  expect([prepared.width, prepared.height]).toEqual([24, 24]);
  const output = new Float32Array(3 * 24 * 24);
  writeInput(prepared, normalizationTable(preprocessing), output, 0);
  return output;
}

describe('resizeImage', () => {
  it.each(oracle.resized)(
    'equals Pillow to the bit: $image, filter $code, $width x $height',
    async (expected) => {
      const result = resizeImage(await open(expected.image), expected.width, expected.height, expected.code);
      expect(largestDifference(result.data, decodeBytes(expected.bytes))).toBe(0);
    },
  );
});

describe('the whole preprocessing', () => {
  it.each(oracle.processed.map((entry, index) => ({ ...entry, index })))(
    'equals the transformers processor to the bit: $index, $image, $config.image_processor_type',
    async (expected) => {
      const values = new Float32Array(decodeBytes(expected.values).buffer);
      expect(largestDifference(process(await open(expected.image), expected.config), values)).toBe(0);
    },
  );

  it.each(oracle.processed.map((entry, index) => ({ ...entry, index })))(
    'is written to preprocessor_config.json so that it gives the same again: $index',
    async ({ image, config }) => {
      const read = (file: JsonObject) =>
        readPreprocessing({
          preset: 'checkpoint',
          config: file,
          inputShape: [3, 24, 24],
          warn: () => undefined,
        });
      const preprocessing = read(config);
      expect(read(savedPreprocessing(preprocessing))).toEqual(preprocessing);
      const picture = await open(image);
      expect(process(picture, savedPreprocessing(preprocessing))).toEqual(process(picture, config));
    },
  );
});
