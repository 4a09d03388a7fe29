/** A field of shades: how the numbers of all layers moved over the steps. */
import { html, type Markup } from '../html.ts';
import { shownNumber } from '../units.ts';
import { extentOf, textWidth } from './axis.ts';
import { evenly } from './downsample.ts';
import { figure, picture } from './figure.ts';
import { heatLevel, heatLevels } from './palette.ts';

/** A picture of shades: a row for every layer, a column for every step. */
export interface HeatGrid {
  readonly title: string;
  /** What a row is: `tap`, `block`. */
  readonly category: string;
  /** Number of the first row. */
  readonly first: number;
  readonly columns: readonly { readonly step: number; readonly values: readonly (number | null)[] }[];
}

const width = 380;
const mostColumns = 60;

/** A figure; undefined where there is no number, or one column alone. */
export function heatGrid({ title, category, first, columns }: HeatGrid): Markup | undefined {
  const shown = evenly(columns, mostColumns);
  const extent = extentOf(shown.flatMap(({ values }) => values.filter((value) => value !== null)));
  if (extent === undefined || shown.length < 2) return undefined;
  const rows = Math.max(...shown.map(({ values }) => values.length));
  const left = 10 + textWidth(`${category} ${first}`);
  const [cell, row] = [(width - left - 8) / shown.length, Math.max(8, Math.min(18, 180 / rows))];
  const height = rows * row + 26;
  const [low, high] = extent;
  const about = {
    title,
    description: `${title}, by ${category} and step: the darkest field is ${shownNumber(high)}, the lightest ${shownNumber(low)}.`,
  };
  const share = (value: number): number => (high > low ? (value - low) / (high - low) : 1);
  const cells = shown.flatMap(({ step, values }, column) =>
    values.map((value, i) => {
      if (value === null) return undefined;
      const [x, y] = [left + column * cell, i * row];
      return html`<rect
        class="heat-${Math.max(1, heatLevel(share(value)))}"
        x="${x.toFixed(1)}"
        y="${y.toFixed(1)}"
        width="${(cell - 0.6).toFixed(1)}"
        height="${(row - 0.6).toFixed(1)}"
        ><title>${category} ${first + i}, step ${step}: ${shownNumber(value)}</title></rect
      >`;
    }),
  );
  const every = Math.ceil(12 / row);
  const names = Array.from({ length: rows }, (_, i) =>
    i % every === 0
      ? html`<text class="tick" x="${left - 6}" y="${(i * row + row / 2 + 4).toFixed(1)}" text-anchor="end"
          >${i === 0 ? `${category} ${first}` : first + i}</text
        >`
      : undefined,
  );
  const ends = html`<text class="tick" x="${left}" y="${height - 10}"
      >step ${shown[0]!.step.toLocaleString('en-US')}</text
    >
    <text class="tick" x="${width - 8}" y="${height - 10}" text-anchor="end"
      >${shown.at(-1)!.step.toLocaleString('en-US')}</text
    >`;
  const few = evenly(columns, 8);
  return figure({
    ...about,
    legend: scaleOf(low, high),
    picture: picture(about, [width, height], html`${cells}${names}${ends}`),
    table: {
      head: [category, ...few.map(({ step }) => `step ${step.toLocaleString('en-US')}`)],
      rows: Array.from({ length: rows }, (_, i) => [
        String(first + i),
        ...few.map(({ values }) => (typeof values[i] === 'number' ? shownNumber(values[i]) : '')),
      ]),
    },
  });
}

function scaleOf(low: number, high: number): Markup {
  const levels = Array.from(
    { length: heatLevels },
    (_, i) => html`<rect class="heat-${i + 1}" x="${8 * i}" y="1" width="8" height="10" />`,
  );
  return html`<ul class="legend">
    <li>
      ${shownNumber(low)}<svg class="swatch" viewBox="0 0 80 12" width="80" height="12" aria-hidden="true">
        ${levels}</svg
      >${shownNumber(high)}
    </li>
  </ul>`;
}
