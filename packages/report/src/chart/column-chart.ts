/** Columns side by side: a number for every layer. */
import { html, type Markup } from '../html.ts';
import { shownNumber } from '../units.ts';
import { extentOf, textWidth, valueAxis, type Axis } from './axis.ts';
import { figure, picture } from './figure.ts';
import { legend } from './marks.ts';
import type { Tone } from './palette.ts';

/** A column for every category, or none. */
export interface Columns {
  readonly name: string;
  readonly tone: Tone;
  readonly values: readonly (number | null)[];
}

/** A picture of columns. */
export interface ColumnChart {
  readonly title: string;
  /** What a category is: `tap`, `block`. */
  readonly category: string;
  /** Number of the first category. */
  readonly first: number;
  readonly series: readonly Columns[];
  /** Index of the category after which a line is drawn, with what is on its two sides. */
  readonly boundary?: { readonly after: number; readonly names: readonly [string, string] };
  readonly note?: string;
}

const [width, height] = [380, 200];
const [top, bottom, right] = [20, 26, 8];

/** A figure; undefined where no series has a number. */
export function columnChart(chart: ColumnChart): Markup | undefined {
  const { category, first, series, title } = chart;
  const extent = extentOf(series.flatMap(({ values }) => values.filter((value) => value !== null)));
  if (extent === undefined) return undefined;
  const count = Math.max(...series.map(({ values }) => values.length));
  const y = valueAxis({ extent, range: [height - bottom, top], zero: true });
  const left = 14 + Math.max(...[category, ...y.ticks.map(({ text }) => text)].map(textWidth));
  const pitch = (width - right - left) / count;
  const description = series
    .map(
      ({ name, values }) =>
        `${name}: ${values.map((value) => (value === null ? 'none' : shownNumber(value))).join(', ')}`,
    )
    .join('. ');
  const about = { title, description: `${title}, by ${category} from ${first}. ${description}.` };
  const content = html`${gridOf(y, left)}${series.map((columns, i) => columnsOf(columns, i, { count: series.length, left, pitch, y }))}
  ${boundaryOf(chart, left, pitch)}${namesOf(count, first, left, pitch, category)}`;
  return figure({
    ...about,
    legend:
      series.length > 1
        ? legend(series.map(({ name, tone }) => ({ name, mark: { tone }, kind: 'field' })))
        : undefined,
    picture: picture(about, [width, height], content),
    note: chart.note,
    table: {
      head: [category, ...series.map(({ name }) => name)],
      rows: Array.from({ length: count }, (_, i) => [
        String(first + i),
        ...series.map(({ values }) => (typeof values[i] === 'number' ? shownNumber(values[i]) : '')),
      ]),
    },
  });
}

function gridOf(y: Axis, left: number): Markup {
  return html`${y.ticks.map(({ value, text }) => {
    const at = y.at(value);
    return html`<line
        class="${value === 0 ? 'axis' : 'grid'}"
        x1="${left}"
        x2="${width - right}"
        y1="${at.toFixed(1)}"
        y2="${at.toFixed(1)}"
      /><text class="tick" x="${left - 6}" y="${(at + 3.5).toFixed(1)}" text-anchor="end">${text}</text>`;
  })}`;
}

interface Layout {
  readonly count: number;
  readonly left: number;
  readonly pitch: number;
  readonly y: Axis;
}

function columnsOf(
  { values, tone, name }: Columns,
  index: number,
  { count, left, pitch, y }: Layout,
): Markup {
  const gap = Math.min(6, pitch * 0.25);
  const own = (pitch - gap) / count;
  const floor = y.at(0);
  return html`${values.map((value, i) => {
    if (value === null) return undefined;
    const at = y.at(value);
    const x = left + i * pitch + gap / 2 + index * own;
    return html`<rect
      class="fill tone-${tone}"
      x="${x.toFixed(1)}"
      y="${Math.min(at, floor).toFixed(1)}"
      width="${Math.max(1, own - 1).toFixed(1)}"
      height="${Math.max(0.5, Math.abs(at - floor)).toFixed(1)}"
      ><title>${name}: ${shownNumber(value)}</title></rect
    >`;
  })}`;
}

function boundaryOf({ boundary }: ColumnChart, left: number, pitch: number): Markup | false {
  if (boundary === undefined) return false;
  const x = left + (boundary.after + 1) * pitch;
  const [before, after] = boundary.names;
  return html`<line
      class="boundary"
      x1="${x.toFixed(1)}"
      x2="${x.toFixed(1)}"
      y1="4"
      y2="${height - bottom}"
    />
    <text class="label" x="${(x - 5).toFixed(1)}" y="13" text-anchor="end">${before}</text>
    <text class="label" x="${(x + 5).toFixed(1)}" y="13">${after}</text>`;
}

function namesOf(count: number, first: number, left: number, pitch: number, category: string): Markup {
  const every = Math.ceil(20 / pitch);
  return html`${Array.from({ length: count }, (_, i) => {
      if (i % every !== 0) return undefined;
      const x = left + (i + 0.5) * pitch;
      return html`<text class="tick" x="${x.toFixed(1)}" y="${height - 11}" text-anchor="middle"
        >${first + i}</text
      >`;
    })}<text class="tick" x="${left - 6}" y="${height - 11}" text-anchor="end">${category}</text>`;
}
