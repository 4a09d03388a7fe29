/** What the objects of a scene can be, and the words for it. */

/** Shapes without holes first: a ring's middle shows the background. */
export const shapes = ['circle', 'square', 'triangle', 'star', 'cross', 'ring'] as const;
export type Shape = (typeof shapes)[number];

/** Fills, as hue in degrees, saturation and lightness in percent; far from each other and from every background. */
export const colours = {
  red: [0, 85, 45],
  orange: [30, 95, 52],
  yellow: [54, 95, 55],
  green: [130, 70, 32],
  blue: [222, 85, 45],
  purple: [285, 60, 42],
  black: [0, 0, 6],
  white: [0, 0, 98],
} as const;
export type Colour = keyof typeof colours;
export const colourNames = Object.keys(colours) as Colour[];

/** Radius of the circle around an object, as a share of the shorter side: least and most. */
export const sizes = { small: [0.085, 0.105], large: [0.15, 0.18] } as const;
export type Size = keyof typeof sizes;
export const sizeNames = Object.keys(sizes) as Size[];

/** `side` is the word for a relation: what stands in `left of the star`. */
export const sides = ['left of', 'right of', 'above', 'below'] as const;
export type Side = (typeof sides)[number];

export const plural = (shape: string): string => (shape === 'cross' ? 'crosses' : `${shape}s`);

/** `a red circle`, `an orange star`. */
export const withArticle = (phrase: string): string => `${/^[aeiou]/u.test(phrase) ? 'an' : 'a'} ${phrase}`;
