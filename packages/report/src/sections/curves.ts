/** What happened over the steps, as many small pictures. */
import type { StepRecord } from '@mdpd/core';
import { lineChart, type Line, type LineChart } from '../chart/line-chart.ts';
import { tones, type Tone } from '../chart/palette.ts';
import { clip } from '../format.ts';
import { keysOf, phasesOf, pointsOf, totalSteps, type History, type PhaseBand } from '../history.ts';
import { html, type Markup } from '../html.ts';
import type { Section } from '../page.ts';
import { unitOfMetric, units } from '../units.ts';

/** Pictures of metrics of one split, and of parts of the loss: a task may have hundreds. */
const mostCharts = 12;
const mostSplits = 6;

/** Absent where there is neither a step nor an evaluation. */
export function curvesSection(history: History, primary?: string): Section | undefined {
  const { steps, evaluations } = history;
  if (steps.length === 0 && evaluations.length === 0) return undefined;
  const charts: Frame = {
    steps: Math.max(totalSteps(history), ...evaluations.slice(-1).map(({ step }) => step)),
    bands: phasesOf(steps),
  };
  const pictures = [
    lossChart(steps, charts),
    ...evaluationCharts(history, charts, primary),
    batchChart(steps, charts, primary),
    ...partCharts(steps, charts),
    rateChart(steps, charts),
    memoryChart(steps, charts),
    speedChart(steps, charts),
  ];
  return {
    id: 'curves',
    title: 'Training',
    body: html`<div class="grid-of-charts">${pictures}</div>
      ${phaseNote(charts.bands)}`,
  };
}

type Frame = Pick<LineChart, 'steps'> & { readonly bands: readonly PhaseBand[] };

function lossChart(steps: readonly StepRecord[], charts: Frame): Markup | undefined {
  const points = pointsOf(steps, ({ loss }) => loss);
  return lineChart({
    ...charts,
    title: 'loss',
    unit: units.number,
    lines: [{ name: 'loss', points, mark: { tone: 'ink' }, noisy: true }],
    mayBeLog: true,
  });
}

function batchChart(steps: readonly StepRecord[], charts: Frame, primary?: string): Markup | undefined {
  const points = pointsOf(steps, ({ metric }) => metric);
  return lineChart({
    ...charts,
    title: `${clip(primary ?? 'metric', 100)} of the batch`,
    unit: primary ? unitOfMetric(primary) : units.number,
    lines: [{ name: 'batch', points, mark: { tone: 'ink' }, noisy: true }],
  });
}

function partCharts(steps: readonly StepRecord[], charts: Frame): (Markup | undefined)[] {
  const names = keysOf(steps, ({ parts }) => parts).filter((name) => name !== 'gateShare');
  return names.slice(0, mostCharts).map((name) =>
    lineChart({
      ...charts,
      title: clip(name, 120),
      unit: units.number,
      lines: [
        {
          name,
          points: pointsOf(steps, ({ parts }) => parts?.[name]),
          mark: { tone: toneOfPart(name) },
          noisy: true,
        },
      ],
      mayBeLog: true,
    }),
  );
}

/** Losses of the side network have its colour; those of the fade step that of the faded model. */
function toneOfPart(name: string): Tone {
  if (/^side|^feature/i.test(name)) return 'side';
  return /^task|^distill|^logit|^fade|^label/i.test(name) ? 'faded' : 'ink';
}

/** A picture for every split and metric, the primary one first; both models in it. */
function evaluationCharts({ evaluations }: History, charts: Frame, primary?: string): (Markup | undefined)[] {
  const splits = [...new Set(evaluations.map(({ split }) => split))].slice(0, mostSplits);
  return splits.flatMap((split) => {
    const own = evaluations.filter((each) => each.split === split);
    const paths = [...new Set(own.map(({ path }) => path))].slice(0, mostSplits);
    const names = keysOf(own, ({ metrics }) => metrics).sort(
      (a, b) => Number(b === primary) - Number(a === primary),
    );
    // One evaluation is a point, and no curve: the tables have it.
    if (new Set(own.map(({ step }) => step)).size < 2) return [];
    return names.slice(0, mostCharts).map((metric) =>
      lineChart({
        ...charts,
        title: clip(`${metric}, ${split}`, 120),
        unit: unitOfMetric(metric),
        lines: paths.map((path, i): Line => ({
          name: nameOfPath(path),
          points: pointsOf(
            own.filter((each) => each.path === path),
            ({ metrics }) => metrics[metric],
          ),
          mark: { tone: toneOfPath(path, i), dash: i, shape: i },
        })),
      }),
    );
  });
}

function nameOfPath(path: string): string {
  return path === 'faded' ? 'faded model' : path === 'side' ? 'side network' : path;
}

function toneOfPath(path: string, index: number): Tone {
  return path === 'faded' || path === 'side' ? path : tones[index % tones.length]!;
}

function rateChart(steps: readonly StepRecord[], charts: Frame): Markup | undefined {
  const names = keysOf(steps, ({ learningRate }) => learningRate).slice(0, 10);
  const lines = names.map((name, i): Line => ({
    name,
    points: pointsOf(steps, ({ learningRate }) => learningRate?.[name]),
    mark: { tone: name === 'side' ? 'side' : tones[i % tones.length]!, dash: i },
  }));
  return lineChart({ ...charts, title: 'learning rates', unit: units.number, lines, zero: true });
}

function memoryChart(steps: readonly StepRecord[], charts: Frame): Markup | undefined {
  return lineChart({
    ...charts,
    title: 'memory of the process',
    unit: units.megabytes,
    lines: [
      { name: 'resident', points: pointsOf(steps, ({ time }) => time?.rssBytes), mark: { tone: 'one' } },
      {
        name: 'peak',
        points: pointsOf(steps, ({ time }) => time?.peakRssBytes),
        mark: { tone: 'two', dash: 1 },
      },
    ],
    zero: true,
  });
}

function speedChart(steps: readonly StepRecord[], charts: Frame): Markup | undefined {
  return lineChart({
    ...charts,
    title: 'throughput',
    unit: units.perSecond,
    lines: [
      {
        name: 'throughput',
        points: pointsOf(steps, ({ time }) => time?.samplesPerSecond),
        mark: { tone: 'four' },
        noisy: true,
      },
    ],
    zero: true,
  });
}

const phaseMeanings: Readonly<Record<string, string>> = {
  side: 'the side network learns alone',
  label: 'the side network learns, and the backbone from labels',
  joint: 'both learn, the backbone from labels and side network',
};

function phaseNote(bands: readonly PhaseBand[]): Markup | undefined {
  const names = [...new Set(bands.map(({ name }) => name))].slice(0, mostCharts);
  if (names.length < 2) return undefined;
  const told = names.map((name) =>
    Object.hasOwn(phaseMeanings, name) ? `${name}: ${phaseMeanings[name]}` : clip(name, 80),
  );
  return html`<p class="note">Phases in the background: ${told.join('; ')}.</p>`;
}
