/** Lines over the steps of a run. */
import { line as pathOf } from 'd3-shape';
import { html, type Markup } from '../html.ts';
import type { PhaseBand, Point } from '../history.ts';
import { rounded, shownNumber, type Unit } from '../units.ts';
import { clip } from '../format.ts';
import { extentOf, stepAxis, textWidth, valueAxis, type Axis } from './axis.ts';
import { downsample, evenly, reachOf, smoothed } from './downsample.ts';
import { figure, picture, type Figure, type Table } from './figure.ts';
import { dashOf, legend, marker, type LegendEntry, type Mark } from './marks.ts';

/** A line: values in the unit that they were recorded in. */
export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
  readonly mark: Mark;
  /** Drawn faintly below the line of its means, where there are enough points. */
  readonly noisy?: boolean;
  /** What the legend calls it, once for all lines of that name; `name` where it is left out. */
  readonly group?: string;
}

/** A picture of lines. */
export interface LineChart {
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly Line[];
  /** Last step of the run: where the picture ends on the right. */
  readonly steps: number;
  readonly bands?: readonly PhaseBand[];
  readonly zero?: boolean;
  readonly mayBeLog?: boolean;
  readonly note?: string;
}

const [width, height] = [380, 214];
const [top, bottom, right] = [20, 26, 12];
/** Rows of the table. */
const mostRows = 24;
const mostOfName = 60;
/** Points below which a noisy line is drawn as it is. */
const fewPoints = 40;
/** Phases above which they are not told apart: they take turns. */
const mostBands = 8;

interface Drawn {
  readonly line: Line;
  readonly raw: readonly Point[];
  /** One a phase. */
  readonly means?: readonly (readonly Point[])[];
}

/** A figure of the lines; undefined where none has a point. */
export function lineChart(chart: LineChart): Markup | undefined {
  const { unit } = chart;
  const lines = chart.lines
    .filter(({ points }) => points.length > 0)
    .map((line) => ({ ...line, name: clip(line.name, mostOfName), points: scaled(line.points, unit) }));
  if (lines.length === 0) return undefined;
  const drawn = lines.map((line) => drawnOf(line, chart.bands ?? []));
  const values = extentOf(
    (function* () {
      for (const { raw } of drawn) for (const [, value] of raw) yield value;
    })(),
  )!;
  const yOptions = { extent: values, zero: chart.zero, mayBeLog: chart.mayBeLog };
  const wide = valueAxis({ ...yOptions, range: [height - bottom, top] });
  const left = 14 + Math.max(...wide.ticks.map(({ text }) => textWidth(text)));
  const x = stepAxis(0, chart.steps, [left, width - right]);
  const description = describe(chart, lines);
  const about = { title: chart.title, description };
  const content = html`${bandsOf(chart, x)}${frame(x, wide, left)}${drawn.map((each) => pathsOf(each, x, wide))}
    <line class="cursor" y1="${top}" y2="${height - bottom}" visibility="hidden" />`;
  const own: Figure = {
    ...about,
    unit: [unit.axis, wide.log ? 'logarithmic' : ''].filter(Boolean).join(', ') || undefined,
    legend: legendOf(drawn),
    picture: picture(about, [width, height], content, readout(drawn, x, left, unit)),
    table: tableOfLines(lines, unit),
    note: chart.note,
    readout: true,
  };
  return figure(own);
}

function scaled(points: readonly Point[], { scale }: Unit): readonly Point[] {
  return scale === 1 ? points : points.map(([step, value]) => [step, value * scale]);
}

/** Means are of one phase alone: from one to the next, the loss is of other parts. */
function drawnOf(line: Line, bands: readonly PhaseBand[]): Drawn {
  const { points } = line;
  const raw = downsample(points);
  if (!line.noisy || points.length < fewPoints) return { line, raw };
  const reach = reachOf(points.length);
  const means = phasesOfPoints(points, bands).map((own) => evenly(smoothed(own, reach), 200));
  return { line, raw, means };
}

function phasesOfPoints(points: readonly Point[], bands: readonly PhaseBand[]): (readonly Point[])[] {
  if (bands.length < 2 || bands.length > mostBands) return [points];
  return bands
    .map(({ from, to }) => points.filter(([step]) => step > from && step <= to))
    .filter((own) => own.length > 0);
}

function pathsOf({ line: { mark }, raw, means }: Drawn, x: Axis, y: Axis): Markup {
  const path = pathOf<Point>(
    ([step]) => x.at(step),
    ([, value]) => y.at(value),
  ).digits(1);
  const dash = dashOf(mark);
  const draw = (points: readonly Point[], faint: boolean): Markup =>
    html`<path
      class="line tone-${mark.tone}${faint && ' faint'}"
      d="${path(points)}"
      ${dash && !faint && html` stroke-dasharray="${dash}"`}
    />`;
  // A line of one point is no line, and one without markers would not be seen.
  const alone = raw.length === 1 && mark.shape === undefined;
  const marked = mark.shape !== undefined && raw.length <= 60;
  return html`${raw.length > 1 && draw(raw, means !== undefined)}${means?.map((own) => draw(own, false))}
  ${(alone || marked) && raw.map(([step, value]) => marker(mark, x.at(step), y.at(value), 3))}`;
}

function frame(x: Axis, y: Axis, left: number): Markup {
  const floor = height - bottom;
  return html`${y.ticks.map(
      ({ value, text }) =>
        html`<line
            class="grid"
            x1="${left}"
            x2="${width - right}"
            y1="${at(y, value)}"
            y2="${at(y, value)}"
          /><text class="tick" x="${left - 6}" y="${at(y, value, 3.5)}" text-anchor="end">${text}</text>`,
    )}<line class="axis" x1="${left}" x2="${width - right}" y1="${floor}" y2="${floor}" />${x.ticks.map(
      ({ value, text }, i) =>
        html`<text class="tick" x="${at(x, value)}" y="${height - 10}" text-anchor="${anchor(i, x)}"
          >${i === 0 ? 'step 0' : text}</text
        >`,
    )}`;
}

/** The last text ends at the edge of the picture, and the first begins at the axis. */
function anchor(index: number, x: Axis): string {
  if (index === 0) return 'start';
  const close = width - x.at(x.ticks[index]!.value) < textWidth(x.ticks[index]!.text) / 2 + 2;
  return close ? 'end' : 'middle';
}

function at(axis: Axis, value: number, shift = 0): string {
  return String(Number((axis.at(value) + shift).toFixed(1)));
}

function bandsOf({ bands = [] }: LineChart, x: Axis): Markup | false {
  if (bands.length < 2 || bands.length > mostBands) return false;
  return html`${bands.map(({ name, from, to }, i) => {
    const [begin, end] = [x.at(from), x.at(to)];
    const short = clip(name, mostOfName);
    const fits = textWidth(short) < end - begin;
    return html`<rect
        class="band${(bands.length - i) % 2 === 0 && ' odd'}"
        x="${begin.toFixed(1)}"
        y="4"
        width="${Math.max(0, end - begin).toFixed(1)}"
        height="${height - bottom - 4}"
        ><title>phase ${short}: steps ${from + 1} to ${to}</title></rect
      >${fits && html`<text class="phase" x="${(begin + 4).toFixed(1)}" y="15">${short}</text>`}`;
  })}`;
}

function legendOf(drawn: readonly Drawn[]): Markup | undefined {
  const entries = drawn.flatMap(({ line: { name, group, mark }, means }): LegendEntry[] => {
    const entry = { name: group ?? name, mark, kind: 'line' } as const;
    if (means === undefined || drawn.length > 1) return [entry];
    return [
      { name: 'each step', mark, kind: 'line', faint: true },
      { ...entry, name: 'mean around it' },
    ];
  });
  const own = entries.filter(({ name }, i) => entries.findIndex((other) => other.name === name) === i);
  return own.length > 1 ? legend(own) : undefined;
}

/** What the script reads out, at the points that are drawn. */
function readout(drawn: readonly Drawn[], x: Axis, left: number, unit: Unit): string {
  return JSON.stringify({
    left,
    right: width - right,
    domain: x.domain,
    suffix: unit.suffix,
    lines: drawn.map(({ line: { name }, raw }) => ({
      name,
      points: raw.map(([step, value]) => [step, rounded(value)]),
    })),
  });
}

function tableOfLines(lines: readonly Line[], unit: Unit): Table {
  const few = lines.every(({ points }) => points.length <= 2 * mostRows);
  const longest = lines.reduce((a, b) => (b.points.length > a.points.length ? b : a));
  const all = few
    ? [...new Set(lines.flatMap(({ points }) => points.map(([step]) => step)))].sort((a, b) => a - b)
    : longest.points.map(([step]) => step);
  const steps = evenly(all, mostRows);
  const wanted = new Set(steps);
  const cells = lines.map(({ points }) => new Map(points.filter(([step]) => wanted.has(step))));
  return {
    head: ['step', ...lines.map(({ name }) => (unit.axis ? `${name} (${unit.axis})` : name))],
    rows: steps.map((step) => [
      step.toLocaleString('en-US'),
      ...cells.map((values) => (values.has(step) ? shownNumber(values.get(step)!) : '')),
    ]),
    note:
      steps.length < all.length
        ? `${steps.length} of ${all.length.toLocaleString('en-US')} recorded steps; metrics.jsonl has them all.`
        : undefined,
  };
}

function describe({ title, unit }: LineChart, lines: readonly Line[]): string {
  const told = lines.slice(0, 8).map(({ name, points }) => {
    const [low, high] = extentOf(points.map(([, value]) => value))!;
    const [[, first], [step, last]] = [points[0]!, points.at(-1)!];
    const values = [first, last, low, high].map((value) => shownNumber(value) + unit.suffix);
    return `${name}: from ${values[0]} to ${values[1]} at step ${step.toLocaleString('en-US')}, lowest ${values[2]}, highest ${values[3]}`;
  });
  return `${title} over steps. ${told.join('. ')}.`;
}
