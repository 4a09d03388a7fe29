/** What tells lines apart besides their colour: dashes and markers; and the legend that shows them. */
import { html, type Markup } from '../html.ts';
import type { Tone } from './palette.ts';

/** How a line, or the points of a series, are drawn. */
export interface Mark {
  readonly tone: Tone;
  /** One of `dashes`. */
  readonly dash?: number;
  /** One of the shapes of `marker`; none where it is left out. */
  readonly shape?: number;
}

/** Patterns of lines; the first is solid. */
export const dashes = ['', '6 3', '2 3', '9 3 2 3', '12 4'] as const;

/** The pattern's attribute. */
export function dashOf({ dash = 0 }: Mark): string {
  return dashes[dash % dashes.length]!;
}

/** A circle, square, triangle, diamond or cross around a place, `size` units from its middle to its edge. */
export function marker({ tone, shape = 0 }: Mark, x: number, y: number, size = 3.5): Markup {
  return html`<path class="mark tone-${tone}" d="${outlines[shape % outlines.length]!(x, y, size)}" />`;
}

const at = (...numbers: number[]): string => numbers.map((value) => Number(value.toFixed(1))).join(' ');

const outlines: readonly ((x: number, y: number, r: number) => string)[] = [
  (x, y, r) => `M${at(x - r, y)}a${at(r, r)} 0 1 0 ${at(2 * r, 0)}a${at(r, r)} 0 1 0 ${at(-2 * r, 0)}z`,
  (x, y, r) => `M${at(x - r, y - r)}h${at(2 * r)}v${at(2 * r)}h${at(-2 * r)}z`,
  (x, y, r) => `M${at(x, y - 1.2 * r)}l${at(1.2 * r, 2.2 * r)}h${at(-2.4 * r)}z`,
  (x, y, r) =>
    `M${at(x, y - 1.4 * r)}l${at(1.4 * r, 1.4 * r)}l${at(-1.4 * r, 1.4 * r)}l${at(-1.4 * r, -1.4 * r)}z`,
  (x, y, r) => {
    const w = r / 2.5;
    return (
      `M${at(x - w, y - r)}h${at(2 * w)}v${at(r - w)}h${at(r - w)}v${at(2 * w)}h${at(w - r)}v${at(r - w)}` +
      `h${at(-2 * w)}v${at(w - r)}h${at(w - r)}v${at(-2 * w)}h${at(r - w)}z`
    );
  },
];

/** An entry of a legend. */
export interface LegendEntry {
  readonly name: string;
  readonly mark: Mark;
  /** A stretch of line, a field of colour, or the marker alone. */
  readonly kind: 'line' | 'field' | 'point';
  /** Drawn faintly. */
  readonly faint?: boolean;
}

/** Names beside what they look like. */
export function legend(entries: readonly LegendEntry[]): Markup {
  return html`<ul class="legend">
    ${entries.map((entry) => html`<li>${swatch(entry)}<span class="user">${entry.name}</span></li>`)}
  </ul>`;
}

function swatch({ mark, kind, faint }: LegendEntry): Markup {
  const line = html`<path
    class="line tone-${mark.tone}${faint ? ' faint' : ''}"
    d="M1 6H25"
    stroke-dasharray="${dashOf(mark)}"
  />`;
  const field = html`<rect class="fill tone-${mark.tone}" x="6" y="1" width="14" height="10" rx="2" />`;
  const [from, width] = kind === 'line' ? [0, 26] : [6, 14];
  return html`<svg
    class="swatch"
    viewBox="${from} 0 ${width} 12"
    width="${width}"
    height="12"
    aria-hidden="true"
  >
    ${kind === 'line' && line}${kind === 'field' && field}
    ${kind !== 'field' && mark.shape !== undefined && marker(mark, 13, 6)}
  </svg>`;
}
