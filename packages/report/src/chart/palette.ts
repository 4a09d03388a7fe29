/** The colours of the pages, for light and dark: one accent for the faded model, one for the side network, everywhere. */

/** Colours by what they are for. */
export interface Palette {
  readonly ground: string;
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  readonly band: string;
  readonly faded: string;
  readonly side: string;
  readonly one: string;
  readonly two: string;
  readonly three: string;
  readonly four: string;
}

/** What a line, a column or a marker is painted in. */
export type Tone = 'faded' | 'side' | 'ink' | 'one' | 'two' | 'three' | 'four';

/** For things that are neither of the faded model nor of the side network. */
export const tones: readonly Tone[] = ['one', 'two', 'three', 'four', 'ink'];

/** `prefers-color-scheme: light`, and paper. */
export const light: Palette = {
  ground: '#fbfbf9',
  surface: '#ffffff',
  ink: '#1a1c20',
  muted: '#5a6069',
  rule: '#dfe0dc',
  band: '#f1f1ed',
  faded: '#0f56b3',
  side: '#b04a06',
  one: '#22704a',
  two: '#7d3c98',
  three: '#a3293f',
  four: '#3f6b73',
};

/** `prefers-color-scheme: dark`. */
export const dark: Palette = {
  ground: '#131519',
  surface: '#1a1d22',
  ink: '#e7e9ec',
  muted: '#a3aab5',
  rule: '#343942',
  band: '#22262d',
  faded: '#78b4ff',
  side: '#f3a55c',
  one: '#70cd96',
  two: '#cfa0e6',
  three: '#f28fa2',
  four: '#8cc3cd',
};

/** Shades of a heat map: 0 is none. */
export const heatLevels = 10;

/** Background and text of one shade of a heat map. */
export interface Shade {
  readonly ground: string;
  readonly text: string;
}

/** Shades 0 … `heatLevels` from the surface to the accent, each with the text colour that is read best on it. */
export function heatShades(palette: Palette): Shade[] {
  return Array.from({ length: heatLevels + 1 }, (_, level) => {
    const ground = mixed(palette.surface, palette.faded, level / heatLevels);
    const text = contrast(ground, '#ffffff') > contrast(ground, '#000000') ? '#ffffff' : '#000000';
    return { ground, text };
  });
}

/** The shade of a share in [0, 1]; whatever is above 0 is seen. */
export function heatLevel(share: number): number {
  if (!(share > 0)) return 0;
  return Math.max(1, Math.min(heatLevels, Math.round(share * heatLevels)));
}

function mixed(from: string, to: string, share: number): string {
  const [a, b] = [channels(from), channels(to)];
  const mix = a.map((value, i) => Math.round(value + share * (b[i]! - value)));
  return `#${mix.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** Ratio of the luminances of two colours `#rrggbb`, as WCAG 2 defines it: 1 … 21. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
