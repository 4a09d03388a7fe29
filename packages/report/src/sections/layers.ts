/** What the method did in every layer: gates, what is matched where, how far norms have moved. */
import type { LayersRecord } from '@mdpd/core';
import { columnChart } from '../chart/column-chart.ts';
import { heatGrid } from '../chart/heat-grid.ts';
import { lineChart } from '../chart/line-chart.ts';
import type { Tone } from '../chart/palette.ts';
import { clip } from '../format.ts';
import { phasesOf, pointsOf, totalSteps, type History } from '../history.ts';
import { html, type Markup } from '../html.ts';
import type { Section } from '../page.ts';
import { units } from '../units.ts';

/** How a kind of numbers is shown. */
interface Kind {
  readonly title: string;
  readonly category: string;
  /** Number of the first value. */
  readonly first: number;
  readonly tone: Tone;
  readonly note?: string;
}

const kinds: Readonly<Record<string, Kind>> = {
  gate: {
    title: 'gate',
    category: 'tap',
    first: 0,
    tone: 'side',
    note: 'How taps enter the side network: g in s + g·tap, or in g·s + (1 − g)·tap; method.side.gate says which.',
  },
  featureLoss: {
    title: 'feature loss',
    category: 'block',
    first: 1,
    tone: 'side',
    note: 'Shallow blocks are imitated; deep ones are generated from a masked student.',
  },
  normDrift: {
    title: 'drift of norms',
    category: 'block',
    first: 1,
    tone: 'faded',
    note: 'How far training has moved the norms of a block: ‖θ − θ₀‖ / ‖θ₀‖.',
  },
};

const unknown = (name: string): Kind => ({ title: name, category: 'layer', first: 0, tone: 'ink' });

const mostKinds = 8;

/** Absent where a method says nothing of its layers. */
export function layersSection(history: History): Section | undefined {
  const pictures = [...layerPictures(history.layers), gateShareChart(history)].filter(
    (picture) => picture !== undefined,
  );
  if (pictures.length === 0) return undefined;
  return { id: 'layers', title: 'Layers', body: html`<div class="grid-of-charts">${pictures}</div>` };
}

function layerPictures(records: readonly LayersRecord[]): (Markup | undefined)[] {
  const last = records.at(-1);
  if (last === undefined) return [];
  return Object.entries(last.layers)
    .slice(0, mostKinds)
    .flatMap(([name, streams]) =>
      Object.keys(streams).flatMap((stream) =>
        picturesOf(records, name, stream, Object.keys(streams).length > 1),
      ),
    );
}

function picturesOf(
  records: readonly LayersRecord[],
  name: string,
  stream: string,
  several: boolean,
): (Markup | undefined)[] {
  const kind = Object.hasOwn(kinds, name) ? kinds[name]! : unknown(name);
  const { category, first, tone, note } = kind;
  const title = clip(several ? `${kind.title}, ${stream}` : kind.title, 80);
  const columns = records.map(({ step, layers }) => ({ step, values: numbers(layers[name]?.[stream]) }));
  const last = columns.at(-1)!;
  const boundary = records.at(-1)!.boundary?.[stream];
  return [
    columnChart({
      title: `${title} at step ${last.step.toLocaleString('en-US')}`,
      category,
      first,
      series: [{ name: title, tone, values: last.values }],
      boundary:
        boundary === undefined ||
        name === 'normDrift' ||
        boundary < first ||
        boundary >= first + last.values.length - 1
          ? undefined
          : { after: boundary - first, names: ['shallow', 'deep'] },
      note,
    }),
    heatGrid({ title: `${title} over steps`, category, first, columns }),
  ];
}

function numbers(values: readonly (number | null)[] | undefined): (number | null)[] {
  return (values ?? []).map((value) => (Number.isFinite(value) ? value : null));
}

function gateShareChart(history: History): Markup | undefined {
  const { steps } = history;
  return lineChart({
    title: 'examples that are distilled',
    unit: units.share,
    steps: totalSteps(history),
    bands: phasesOf(steps),
    lines: [
      {
        name: 'share',
        points: pointsOf(steps, ({ parts }) => parts?.['gateShare']),
        mark: { tone: 'faded' },
        noisy: true,
      },
    ],
    zero: true,
    note: 'The share of a batch that the side network teaches: with method.logit.gate label, where it knows the label better than the backbone.',
  });
}
