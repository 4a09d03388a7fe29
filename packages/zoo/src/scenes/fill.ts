/** Colours as SVG writes them. */
import type { RandomSource } from '@mdpd/core';
import { colours, type Colour } from './words.ts';

const near = (random: RandomSource, value: number, reach: number): number =>
  Math.min(100, Math.max(0, value + reach * (2 * random.next() - 1)));

export const hsl = (hue: number, saturation: number, lightness: number): string =>
  `hsl(${Math.round((hue + 360) % 360)},${Math.round(saturation)}%,${Math.round(lightness)}%)`;

/** A colour of that name: no two are quite the same, none could be called otherwise. */
export function fillOf(random: RandomSource, colour: Colour): string {
  const [hue, saturation, lightness] = colours[colour];
  const turned = hue + 6 * (2 * random.next() - 1);
  if (saturation === 0) return hsl(0, 0, near(random, lightness, 4));
  return hsl(turned, near(random, saturation, 8), near(random, lightness, 4));
}
