/** Curves of many runs in one picture. */
import { lineChart, type Line } from '../chart/line-chart.ts';
import { evenly, reachOf, smoothed } from '../chart/downsample.ts';
import { pointsOf, readHistory, totalSteps, type History, type Point } from '../history.ts';
import { html, type Markup } from '../html.ts';
import type { Section } from '../page.ts';
import { recipeText } from '../recipe-facts.ts';
import { unitOfMetric, units } from '../units.ts';
import type { ComparedRow } from './compared-rows.ts';

/** Runs in one picture, at most: above that nothing can be told apart. */
const mostRuns = 24;

interface Run {
  readonly name: string;
  /** Of the row. */
  readonly group: string;
  readonly mark: ComparedRow['mark'];
  readonly history: History;
}

/** Absent where no run has a step. */
export function comparedCurves(rows: readonly ComparedRow[]): Section | undefined {
  const all = rows.flatMap(runsOf);
  const runs = all.slice(0, mostRuns);
  const steps = runs.reduce((most, { history }) => Math.max(most, totalSteps(history)), 0);
  if (steps === 0) return undefined;
  const evaluations = runs.flatMap(({ history }) => history.evaluations);
  const metric =
    rows.find(({ row }) => row !== undefined)?.row?.primary ?? Object.keys(evaluations[0]?.metrics ?? {})[0];
  const splits = [...new Set(evaluations.map(({ split }) => split))];
  const pictures = [
    lineChart({
      title: 'loss, mean of the steps around',
      unit: units.number,
      steps,
      mayBeLog: true,
      lines: runs.map((run) => lineOf(run, lossOf(run), false)),
    }),
    ...splits.map((split) => metric && metricChart(runs, split, metric, steps)),
  ];
  const body = html`<div class="columns">${pictures}</div>
    ${all.length > runs.length && html`<p class="note">The first ${mostRuns} of ${all.length} runs are drawn.</p>`}
    <p class="note">
      Losses of different methods are not of the same parts: compare their course, not their height.
    </p>`;
  return { id: 'curves', title: 'Training', body };
}

function runsOf({ name: group, mark, views }: ComparedRow): Run[] {
  return views.map((view, i) => {
    const seed = view.result?.seed ?? recipeText(view.recipe, 'train.seed') ?? i;
    const name = views.length > 1 ? `${group}, seed ${seed}` : group;
    return { name, group, mark, history: readHistory(view.records) };
  });
}

function lineOf({ name, group, mark }: Run, points: readonly Point[], marked: boolean): Line {
  return { name, group, points, mark: marked ? mark : { tone: mark.tone, dash: mark.dash } };
}

/** Undefined where every run has one evaluation alone: that is no curve, and the table has it. */
function metricChart(runs: readonly Run[], split: string, metric: string, steps: number): Markup | undefined {
  const lines = runs.map((run) => lineOf(run, metricOf(run, split, metric), true));
  if (lines.every(({ points }) => points.length < 2)) return undefined;
  return lineChart({ title: `${metric}, ${split}`, unit: unitOfMetric(metric), steps, lines });
}

function lossOf({ history }: Run): Point[] {
  const points = pointsOf(history.steps, ({ loss }) => loss);
  return [...evenly(smoothed(points, reachOf(points.length)), 200)];
}

/** Of the faded model, else of the side network. */
function metricOf({ history }: Run, split: string, metric: string): Point[] {
  const own = history.evaluations.filter((each) => each.split === split);
  const path = own.some((each) => each.path === 'faded') ? 'faded' : 'side';
  return pointsOf(
    own.filter((each) => each.path === path),
    ({ metrics }) => metrics[metric],
  );
}
