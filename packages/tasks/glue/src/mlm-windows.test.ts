import { expect, it } from 'vitest';
import { windowsOf } from './mlm-windows.ts';

it.each([
  [0, 5, []],
  [1, 5, [[0, 1]]],
  [5, 5, [[0, 5]]],
  [
    6,
    5,
    [
      [0, 3],
      [3, 6],
    ],
  ],
  [
    11,
    5,
    [
      [0, 3],
      [3, 7],
      [7, 11],
    ],
  ],
] as const)('cuts %i tokens into even windows of at most %i', (length, most, windows) => {
  expect(windowsOf(length, most)).toEqual(windows);
});

it('loses nothing', () => {
  for (let length = 1; length < 200; length++) {
    const windows = windowsOf(length, 7);
    expect(
      windows.flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i)),
    ).toEqual(Array.from({ length }, (_, i) => i));
    const sizes = windows.map(([start, end]) => end - start);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }
});
