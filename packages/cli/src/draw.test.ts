import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import { decodeImage } from '@mdpd/data/image-decode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawPredictions } from './draw.ts';
import { greyPng } from './testing/png.ts';

let folder: string;
let photo: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mdpd-draw-'));
  photo = path.join(folder, 'my photo.png');
  writeFileSync(photo, greyPng(20, 10, new Uint8Array(200).fill(90)));
});
afterAll(() => rmSync(folder, { recursive: true }));

const box = [4, 2, 8, 6] as const;

async function failure(...given: Parameters<typeof drawPredictions>): Promise<string> {
  try {
    await drawPredictions(...given);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'drawn';
}

it('writes one image for each prediction that has a box', async () => {
  const out = path.join(folder, 'deep/found');
  const answers = [{ input: `${photo} the red circle`, box }, { input: photo }, { input: photo, box }];
  const written = await drawPredictions(answers, out);
  expect(readdirSync(out)).toEqual(['1-my photo.png', '3-my photo.png']);
  expect(written).toEqual(readdirSync(out).map((name) => path.join(out, name)));
  const { width, height, channels, data } = await decodeImage(readFileSync(written[0]!));
  expect([width, height, channels]).toEqual([20, 10, 3]);
  expect([...data.subarray(3 * (2 * 20 + 8), 3 * (2 * 20 + 9))]).toEqual([230, 0, 126]);
  expect([...data.subarray(0, 3)]).toEqual([90, 90, 90]);
});

it('says where there is nothing to draw, and writes nothing', async () => {
  const out = path.join(folder, 'nothing');
  expect(await failure([{ input: 'a text' }], out)).toBe(
    'error DRAW_WITHOUT_BOXES at --draw\n  no prediction has a box to draw\n' +
      '  allowed: a model of a task that finds boxes: refcoco',
  );
  expect(existsSync(out)).toBe(false);
});

it('says where it cannot write', async () => {
  expect(await failure([{ input: photo, box }], path.join(photo, 'x'))).toContain(
    `error DRAW_UNWRITABLE at ${path.join(photo, 'x')}`,
  );
});
