/** Backgrounds: greyish, of middle lightness, plain or with a faint texture. */
import type { RandomSource } from '@mdpd/core';
import { hsl } from './fill.ts';

export const textures = ['plain', 'gradient', 'stripes', 'dots', 'checks'] as const;

export interface Background {
  readonly texture: (typeof textures)[number];
  readonly fill: string;
  /** The other colour of the texture. */
  readonly mark: string;
  /** In pixels. */
  readonly pitch: number;
  /** In degrees. */
  readonly turn: number;
}

const within = (random: RandomSource, low: number, high: number): number =>
  low + (high - low) * random.next();

export function drawBackground(random: RandomSource): Background {
  const [hue, saturation, lightness] = [
    within(random, 0, 360),
    within(random, 2, 14),
    within(random, 52, 70),
  ];
  const contrast = within(random, 3, 7) * (random.next() < 0.5 ? -1 : 1);
  return {
    texture: textures[random.integer(textures.length)]!,
    fill: hsl(hue, saturation, lightness),
    mark: hsl(hue, saturation, lightness + contrast),
    pitch: Math.round(within(random, 5, 12)),
    turn: Math.round(within(random, 0, 180)),
  };
}

function pattern({ texture, mark, pitch }: Background): string {
  const half = pitch / 2;
  if (texture === 'stripes') return `<rect width="${pitch}" height="${half}" fill="${mark}"/>`;
  if (texture === 'dots') return `<circle cx="${half}" cy="${half}" r="${pitch / 4}" fill="${mark}"/>`;
  const square = (at: number): string =>
    `<rect x="${at}" y="${at}" width="${half}" height="${half}" fill="${mark}"/>`;
  return square(0) + square(half);
}

/** SVG elements that fill the whole canvas. */
export function backgroundSvg(background: Background): string {
  const { texture, fill, mark, pitch, turn } = background;
  const base = `<rect width="100%" height="100%" fill="${fill}"/>`;
  if (texture === 'plain') return base;
  const turned = `rotate(${turn})`;
  const definition =
    texture === 'gradient'
      ? `<linearGradient id="b" gradientTransform="rotate(${turn} 0.5 0.5)"><stop offset="0" stop-color="${fill}"/>` +
        `<stop offset="1" stop-color="${mark}"/></linearGradient>`
      : `<pattern id="b" width="${pitch}" height="${pitch}" patternUnits="userSpaceOnUse" patternTransform="${turned}">` +
        `${pattern(background)}</pattern>`;
  return `<defs>${definition}</defs>${base}<rect width="100%" height="100%" fill="url(#b)"/>`;
}
