/** Curves of many runs in one picture. */
import { lineChart, type Line } from '../chart/line-chart.ts';
import { evenly, reachOf, smoothed } from '../chart/downsample.ts';
import { pointsOf, readHistory, totalSteps, type History, type Point } from '../history.ts';
import { html } from '../html.ts';
import type { Section } from '../page.ts';
import { unitOfMetric, units } from '../units.ts';
import type { ComparedRow } from './compared-rows.ts';

/** Runs in one picture, at most: above that nothing can be told apart. */
const mostRuns = 24;

interface Run {
  readonly name: string;
  readonly mark: ComparedRow['mark'];
  readonly history: History;
}

/** Absent where no run has a step. */
export function comparedCurves(rows: readonly ComparedRow[]): Section | undefined {
  const all = rows.flatMap(({ name, mark, views }) =>
    views.map((view, i): Run => ({
      name: views.length > 1 ? `${name}, ${i + 1}` : name,
      mark,
      history: readHistory(view.records),
    })),
  );
  const runs = all.slice(0, mostRuns);
  const primary = rows.find(({ row }) => row !== undefined)?.row?.primary;
  const steps = runs.reduce((most, { history }) => Math.max(most, totalSteps(history)), 0);
  if (steps === 0) return undefined;
  const lines = (read: (run: Run) => Point[], marked: boolean): Line[] =>
    runs.map((run) => ({
      name: run.name,
      points: read(run),
      mark: marked ? run.mark : { tone: run.mark.tone, dash: run.mark.dash },
    }));
  const metrics = [...new Set(runs.flatMap(({ history }) => history.evaluations.map(({ split }) => split)))];
  const pictures = [
    lineChart({
      title: 'loss, mean of the steps around',
      unit: units.number,
      steps,
      mayBeLog: true,
      lines: lines(lossOf, false),
    }),
    ...metrics.map((split) =>
      primary === undefined
        ? undefined
        : lineChart({
            title: `${primary}, ${split}`,
            unit: unitOfMetric(primary),
            steps,
            lines: lines((run) => metricOf(run, split, primary), true),
          }),
    ),
  ];
  const body = html`<div class="columns">${pictures}</div>
    ${all.length > runs.length && html`<p class="note">The first ${mostRuns} of ${all.length} runs are drawn.</p>`}
    <p class="note">
      Losses of different methods are not of the same parts: compare their course, not their height.
    </p>`;
  return { id: 'curves', title: 'Training', body };
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
