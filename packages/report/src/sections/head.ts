/** The top of the page: what was trained on what, how far it is, and the figures that matter. */
import {
  clip,
  formatBytes,
  formatCount,
  formatDuration,
  formatMilliseconds,
  formatShare,
} from '../format.ts';
import { totalSteps, type History } from '../history.ts';
import { html, type Markup } from '../html.ts';
import { backboneText, dataText, methodText, recipeText } from '../recipe-facts.ts';
import type { RunView } from '../run-view.ts';
import { shownDifference, shownMetric, unbroken } from '../units.ts';

const mostOfFailure = 4000;

/** The page's `<h1>`, state and figures. */
export function headOf(view: RunView, history: History): Markup {
  return html`<p class="kicker user">${clip(view.name, 400)}</p>
    <h1 class="user">${titleOf(view)}</h1>
    <p class="lead">${sentence(view, history)}</p>
    ${stateOf(view, history)}${failureOf(view)}
    <dl class="figures">${figuresOf(view, history)}</dl>`;
}

/** Names the run: its method and its recipe. */
export function titleOf(view: RunView): string {
  const what = view.result?.recipe ?? dataText(view.recipe);
  return clip(`${methodText(view)} on ${what}`, 160);
}

function sentence(view: RunView, history: History): Markup {
  const { recipe, result, failure } = view;
  const steps = result?.steps ?? totalSteps(history);
  const seed = result?.seed ?? recipeText(recipe, 'train.seed');
  const executor = result?.executor ?? recipeText(recipe, 'executor');
  const task = result?.task ?? recipeText(recipe, 'task');
  const asked = [
    `method ${methodText(view)}`,
    steps > 0 && `${formatCount(steps)} steps`,
    seed !== undefined && `seed ${seed}`,
    executor !== undefined && `executor ${clip(executor, 80)}`,
  ].filter((part) => part !== false);
  return html`<span class="user">${backboneText(view)}</span>
    ${result ? 'was' : failure ? 'was being' : 'is being'} trained on
    <span class="user">${dataText(recipe)}</span>${task && html` (task ${clip(task, 80)})`}:
    ${asked.join(', ')}.`;
}

function stateOf(view: RunView, history: History): Markup {
  const { result, failure } = view;
  const last = history.steps.at(-1);
  if (result?.smoke)
    return html`<p class="state smoke">smoke run: a few examples and steps; the numbers mean nothing</p>`;
  if (result) return html`<p class="state">finished</p>`;
  const where = last
    ? `step ${formatCount(last.step)} of ${formatCount(last.steps)}`
    : 'before its first step';
  if (failure) return html`<p class="state failed">failed: ${where}</p>`;
  const left = last?.time?.remainingSeconds;
  const rest = left !== undefined && left > 0 ? `, about ${formatDuration(left)} of training left` : '';
  return html`<p class="state running">not finished: ${where} when this page was written${rest}</p>`;
}

function failureOf({ failure }: RunView): Markup | undefined {
  if (failure === undefined) return undefined;
  return html`<div class="alarm" role="note">
    <p>
      <strong>${clip(failure.code, 80)}</strong>:
      <span class="user">${clip(failure.message, mostOfFailure)}</span>
    </p>
    ${failure.fix && html`<p class="user">Fix: ${clip(failure.fix, mostOfFailure)}</p>`}
  </div>`;
}

interface BigFigure {
  readonly name: string;
  readonly value: string;
  readonly about?: string;
  readonly of?: 'faded' | 'side';
}

function figuresOf(view: RunView, history: History): Markup[] {
  const figures = view.result ? finished(view.result) : unfinished(history);
  return figures.map(
    ({ name, value, about, of }) =>
      html`<div class="${of ? `is-${of}` : 'is-plain'}">
        <dt>${name}</dt>
        <dd>${value}${about && html`<small>${unbroken(about)}</small>`}</dd>
      </div>`,
  );
}

function finished(result: NonNullable<RunView['result']>): BigFigure[] {
  const { metrics, fadeGap, agreement, inference, memory, time, testExamples } = result;
  const { primary } = metrics;
  const name = clip(primary, 60);
  const [faded, side] = [metrics.faded?.[primary], metrics.side?.[primary]];
  const { fadedMs, sideMs, batch } = inference;
  const figures: (BigFigure | undefined)[] = [
    value(faded, (faded) => ({
      name: `${name}, ${side === undefined ? 'model that ships' : 'faded model'}`,
      value: shownMetric(primary, faded, testExamples),
      about: `${formatCount(testExamples)} test examples`,
      of: 'faded',
    })),
    value(side, (side) => ({
      name: `${name}, side network`,
      value: shownMetric(primary, side, testExamples),
      about: faded === undefined ? `${formatCount(testExamples)} test examples` : 'the teacher, thrown away',
      of: 'side',
    })),
    value(fadeGap, (gap) => ({
      name: 'gap',
      value: shownDifference(primary, gap, testExamples),
      about: gap === 0 ? 'equally good' : gap > 0 ? 'faded below side' : 'faded above side',
    })),
    value(agreement, (share) => ({
      name: 'agreement',
      value: formatShare(share),
      about: 'equal predictions',
    })),
    value(fadedMs ?? sideMs, (own) => ({
      name: fadedMs !== null && sideMs !== null ? 'inference' : 'time of a batch',
      value:
        fadedMs !== null && sideMs !== null ? `${(sideMs / fadedMs).toFixed(2)} ×` : formatMilliseconds(own),
      about:
        fadedMs !== null && sideMs !== null
          ? `as fast as with side: ${formatMilliseconds(fadedMs)} against ${formatMilliseconds(sideMs)} for ${batch} examples`
          : `${batch} examples`,
    })),
    { name: 'peak memory', value: formatBytes(memory.peakRssBytes), about: 'of the process, in training' },
    {
      name: 'time',
      value: formatDuration(time.totalSeconds),
      about: `${formatCount(time.samplesPerSecond)} examples/s`,
    },
  ];
  return figures.filter((each) => each !== undefined);
}

function unfinished({ steps, evaluations }: History): BigFigure[] {
  const last = steps.at(-1);
  const figures: BigFigure[] = [];
  for (const path of ['faded', 'side'] as const) {
    const latest = evaluations.findLast((each) => each.path === path);
    const [metric] = Object.entries(latest?.metrics ?? {});
    if (latest && metric)
      figures.push({
        name: `${clip(metric[0], 60)}, ${path === 'faded' ? 'faded model' : 'side network'}`,
        value: shownMetric(...metric, latest.examples),
        about: `${clip(latest.split, 60)}, step ${formatCount(latest.step)}`,
        of: path,
      });
  }
  if (last === undefined) return figures;
  if (Number.isFinite(last.loss))
    figures.push({ name: 'loss', value: last.loss.toPrecision(3), about: 'of the last step' });
  const { time } = last;
  if (time)
    figures.push(
      { name: 'peak memory', value: formatBytes(time.peakRssBytes), about: 'so far' },
      {
        name: 'time',
        value: formatDuration(time.elapsedSeconds),
        about: `${formatCount(time.samplesPerSecond)} examples/s`,
      },
    );
  return figures;
}

function value<T>(given: T | null | undefined, make: (given: T) => BigFigure): BigFigure | undefined {
  return given === null || given === undefined ? undefined : make(given);
}
