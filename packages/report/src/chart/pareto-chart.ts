/** What is bought with what: points of a cost and a gain, and the front of those that no other point beats. */
import { line as pathOf } from 'd3-shape';
import type { Spread } from '../comparison.ts';
import { html, type Markup } from '../html.ts';
import { shownNumber, type Unit } from '../units.ts';
import { extentOf, textWidth, valueAxis, type Axis } from './axis.ts';
import { figure, picture } from './figure.ts';
import { marker, type Mark } from './marks.ts';
import { placeLabels, type Rect } from './place-labels.ts';

/** A point; its values are in the units that they were recorded in. */
export interface ParetoPoint {
  readonly name: string;
  readonly mark: Mark;
  readonly cost: Spread;
  readonly gain: Spread;
}

/** A picture of points. Less cost is better, and more gain. */
export interface ParetoChart {
  readonly title: string;
  readonly cost: { readonly name: string; readonly unit: Unit };
  readonly gain: { readonly name: string; readonly unit: Unit };
  readonly points: readonly ParetoPoint[];
}

const [width, height] = [460, 300];
const [top, bottom, right] = [14, 40, 22];

/** Points that no other one beats: none has more gain at the same cost or less. From cheap to dear. */
export function paretoFront<P extends Pick<ParetoPoint, 'cost' | 'gain'>>(points: readonly P[]): P[] {
  const sorted = [...points].sort((a, b) => a.cost.mean - b.cost.mean || b.gain.mean - a.gain.mean);
  let best = -Infinity;
  return sorted.filter(({ gain }) => {
    if (gain.mean <= best) return false;
    best = gain.mean;
    return true;
  });
}

/** A figure; undefined where there are less than two points. */
export function paretoChart({ title, cost, gain, points: given }: ParetoChart): Markup | undefined {
  if (given.length < 2) return undefined;
  const points = given.map((each) => ({
    ...each,
    cost: scaled(each.cost, cost.unit),
    gain: scaled(each.gain, gain.unit),
  }));
  const y = valueAxis({ extent: reach(points.map((each) => each.gain)), range: [height - bottom, top] });
  const left = 14 + Math.max(...y.ticks.map(({ text }) => textWidth(text)));
  const x = valueAxis({
    extent: reach(points.map((each) => each.cost)),
    range: [left, width - right],
    count: 5,
  });
  const front = paretoFront(points);
  const texts = points.map((each) => describe(each, cost.unit, gain.unit));
  const about = {
    title,
    description: `${gain.name} against ${cost.name}. ${points.map(({ name }, i) => `${name}: ${texts[i]!.join(' at ')}`).join('. ')}.`,
  };
  const content = html`${frame(x, y, left, [`${cost.name}, ${cost.unit.axis}`, gain.name])}
  ${front.length > 1 && html`<path class="front" d="${pathOf().digits(1)(frontCorners(front, x, y))}" />`}
  ${points.map((each) => pointOf(each, x, y))}${labelsOf(points, x, y, { left, front })}`;
  return figure({
    ...about,
    unit: gain.unit.axis,
    picture: picture(about, [width, height], content),
    note: 'Dashed: the front; for what is on it, nothing here is better in both.',
    table: {
      head: ['run', gain.name, cost.name, 'on the front'],
      rows: points.map((each, i) => [each.name, ...texts[i]!, front.includes(each) ? 'yes' : '']),
    },
  });
}

function scaled({ mean, deviation }: Spread, { scale }: Unit): Spread {
  return { mean: mean * scale, deviation: deviation === null ? null : deviation * scale };
}

/** With a little room, so that no point stands on an edge. */
function reach(spreads: readonly Spread[]): readonly [number, number] {
  const [low, high] = extentOf(
    spreads.flatMap(({ mean, deviation }) => [mean - (deviation ?? 0), mean + (deviation ?? 0)]),
  )!;
  const room = (high - low) * 0.06;
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

function describe({ cost, gain }: ParetoPoint, costUnit: Unit, gainUnit: Unit): [string, string] {
  const text = ({ mean, deviation }: Spread, unit: Unit): string =>
    shownNumber(mean) +
    (deviation === null ? '' : ` ± ${shownNumber(Number(deviation.toPrecision(2)))}`) +
    unit.suffix;
  return [text(gain, gainUnit), text(cost, costUnit)];
}

/** Steps: between two points of the front, the gain of the cheaper one is what can be had. */
function frontCorners(front: readonly ParetoPoint[], x: Axis, y: Axis): [number, number][] {
  return front.flatMap(({ cost, gain }, i): [number, number][] => {
    const own: [number, number] = [x.at(cost.mean), y.at(gain.mean)];
    return i === 0 ? [own] : [[own[0], y.at(front[i - 1]!.gain.mean)], own];
  });
}

/** Fields around the front's stretches, on which no name should lie. */
function alongFront(corners: readonly (readonly [number, number])[]): Rect[] {
  return corners.slice(1).map(([x, y], i) => {
    const [fromX, fromY] = corners[i]!;
    return [Math.min(x, fromX) - 1, Math.min(y, fromY) - 1, Math.max(x, fromX) + 1, Math.max(y, fromY) + 1];
  });
}

function pointOf({ mark, cost, gain, name }: ParetoPoint, x: Axis, y: Axis): Markup {
  const [cx, cy] = [x.at(cost.mean), y.at(gain.mean)];
  const bar = (x1: number, y1: number, x2: number, y2: number): Markup => {
    const [a, b, c, d] = [x1, y1, x2, y2].map((value) => value.toFixed(1));
    return html`<line class="line tone-${mark.tone}" x1="${a}" y1="${b}" x2="${c}" y2="${d}" />`;
  };
  const [dx, dy] = [cost.deviation ?? 0, gain.deviation ?? 0];
  return html`<g
    ><title>${name}</title
    >${dx > 0 && bar(x.at(cost.mean - dx), cy, x.at(cost.mean + dx), cy)}${dy > 0 && bar(cx, y.at(gain.mean - dy), cx, y.at(gain.mean + dy))}${marker(mark, cx, cy, 5)}</g
  >`;
}

function labelsOf(
  points: readonly ParetoPoint[],
  x: Axis,
  y: Axis,
  { left, front }: { readonly left: number; readonly front: readonly ParetoPoint[] },
): Markup {
  const placed = placeLabels(
    points.map(({ name, cost, gain }) => ({ text: name, x: x.at(cost.mean), y: y.at(gain.mean) })),
    { left, right: width - 2, top, bottom: height - bottom },
    alongFront(frontCorners(front, x, y)),
  );
  return html`${placed.map((label) => html`<text class="label" x="${label.x.toFixed(1)}" y="${label.y.toFixed(1)}">${label.text}</text>`)}`;
}

function frame(x: Axis, y: Axis, left: number, [below]: readonly string[]): Markup {
  const floor = height - bottom;
  const rows = y.ticks.map(
    ({ value, text }) =>
      html`<line
          class="grid"
          x1="${left}"
          x2="${width - right}"
          y1="${y.at(value).toFixed(1)}"
          y2="${y.at(value).toFixed(1)}"
        /><text class="tick" x="${left - 6}" y="${(y.at(value) + 3.5).toFixed(1)}" text-anchor="end"
          >${text}</text
        >`,
  );
  const columns = x.ticks.map(
    ({ value, text }) =>
      html`<text class="tick" x="${x.at(value).toFixed(1)}" y="${floor + 15}" text-anchor="middle"
        >${text}</text
      >`,
  );
  return html`${rows}<line
      class="axis"
      x1="${left}"
      x2="${width - right}"
      y1="${floor}"
      y2="${floor}"
    />${columns}<text class="tick" x="${width - right}" y="${height - 6}" text-anchor="end">${below}</text>`;
}
