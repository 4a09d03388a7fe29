/** Where the time of a run went. */
import { formatDuration } from '../format.ts';
import type { History } from '../history.ts';
import { html } from '../html.ts';
import type { Section } from '../page.ts';
import type { RunView } from '../run-view.ts';
import { shareBar } from '../chart/share-bar.ts';

/** Seconds of a run by what they were spent on. */
export interface SpentTime {
  readonly steps: number;
  readonly evaluations: number;
  readonly rest: number;
  /** Not every step was recorded: the time of the others is taken to be the same. */
  readonly estimated: boolean;
}

/** Undefined where no step has been recorded. */
export function spentTime({ records, totals, result }: TimedRun): SpentTime | undefined {
  const last = records.findLast((record) => record.type === 'step');
  if (last === undefined || totals.steps === 0) return undefined;
  // With train.logEvery above 1, some steps alone are recorded. The last one always is.
  const estimated = totals.steps < last.step;
  const steps = (totals.stepSeconds / totals.steps) * Math.max(totals.steps, last.step);
  const evaluations = totals.evaluationSeconds;
  const total = result?.time.totalSeconds ?? last.time?.elapsedSeconds ?? 0;
  return { steps, evaluations, rest: Math.max(0, total - steps - evaluations), estimated };
}

type TimedRun = Pick<RunView, 'records' | 'totals' | 'result'>;

/** Absent where there are no steps. */
export function timeSection(view: TimedRun, history: History): Section | undefined {
  const { result } = view;
  const spent = spentTime(view);
  if (spent === undefined) return undefined;
  const bar = shareBar(
    'time',
    [
      { name: 'steps', value: spent.steps, tone: 'one' },
      { name: 'evaluations', value: spent.evaluations, tone: 'two' },
      {
        name: result ? 'opening, compiling, saving' : 'opening and compiling',
        value: spent.rest,
        tone: 'four',
      },
    ],
    formatDuration,
  );
  if (bar === undefined) return undefined;
  return {
    id: 'time',
    title: 'Where the time went',
    body: html`${bar}${spent.estimated && html`<p class="note">Not every step was recorded: the time of the others is taken to be the same.</p>`}${firstStepNote(history)}`,
  };
}

/** A graph is compiled when it is first run. */
function firstStepNote({ steps }: History): ReturnType<typeof html> | undefined {
  const seconds = steps.map(({ time }) => time?.seconds ?? 0).sort((a, b) => a - b);
  const middle = seconds[Math.floor(seconds.length / 2)]!;
  const first = steps[0]!.time?.seconds ?? 0;
  if (seconds.length < 10 || first < 5 * middle) return undefined;
  return html`<p class="note">
    The first step took ${formatDuration(first)}, most others ${middle.toPrecision(2)} s: graphs are compiled
    when they are first run.
  </p>`;
}
