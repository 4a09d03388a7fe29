import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { drawBox } from './draw-box.ts';

const folder = mkdtempSync(join(tmpdir(), 'mdpd-draw-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function drawn(channels: 'grey' | 'rgb', box: readonly [number, number, number, number]) {
  const path = join(folder, `${channels}.png`);
  const image = sharp({ create: { width: 40, height: 30, channels: 3, background: '#102030' } });
  await (channels === 'grey' ? image.toColourspace('b-w') : image).toFile(path);
  const { data, info } = await sharp(await drawBox(path, box))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * info.channels).subarray(0, 3),
  ];
  return { info, pixel };
}

it.each(['grey', 'rgb'] as const)(
  'draws a frame around the box and leaves the rest: %s',
  async (channels) => {
    const { info, pixel } = await drawn(channels, [10, 5, 20, 15]);
    expect([info.width, info.height]).toEqual([40, 30]);
    for (const [x, y] of [
      [10, 12],
      [30, 12],
      [20, 5],
      [20, 20],
    ] as const)
      expect(pixel(x, y)).toEqual([230, 0, 126]);
    const untouched = pixel(0, 0);
    expect(pixel(20, 12)).toEqual(untouched);
    expect(untouched[0]).toBeLessThan(60);
  },
);

it('draws nothing of numbers that are none', async () => {
  const { pixel } = await drawn('rgb', [NaN, Infinity, NaN, NaN]);
  expect(pixel(20, 12)).toEqual([16, 32, 48]);
});
