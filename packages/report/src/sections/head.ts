/** The top of the page: what was trained on what, how far it is, and the figures that matter. */
import { formatBytes, formatCount, formatDuration, formatMilliseconds, formatShare } from '../format.ts';
import { totalSteps, type History } from '../history.ts';
import { html, type Markup } from '../html.ts';
import { backboneText, dataText, methodText, recipeText } from '../recipe-facts.ts';
import type { RunView } from '../run-view.ts';
import { shownDifference, shownMetric, unbroken } from '../units.ts';

/** The page's `<h1>`, state and figures. */
export function headOf(view: RunView, history: History): Markup {
  return html`<p class="kicker user">${view.name}</p>
    <h1 class="user">${titleOf(view)}</h1>
    <p class="lead">${sentence(view, history)}</p>
    ${stateOf(view, history)}${failureOf(view)}
    <dl class="figures">${figuresOf(view, history)}</dl>`;
}

/** Names the run: its method and its recipe. */
export function titleOf(view: RunView): string {
  const what = view.result?.recipe ?? dataText(view.recipe);
  return `${methodText(view)} on ${what}`;
}

function sentence(view: RunView, history: History): Markup {
  const { recipe, result } = view;
  const steps = result?.steps ?? totalSteps(history);
  const seed = result?.seed ?? recipeText(recipe, 'train.seed');
  const executor = result?.executor ?? recipeText(recipe, 'executor');
  const task = result?.task ?? recipeText(recipe, 'task');
  const asked = [
    `method ${methodText(view)}`,
    steps > 0 && `${formatCount(steps)} steps`,
    seed !== undefined && `seed ${seed}`,
    executor !== undefined && `executor ${executor}`,
  ].filter((part) => part !== false);
  return html`<span class="user">${backboneText(view)}</span> ${result ? 'was' : 'is being'} trained on
    <span class="user">${dataText(recipe)}</span>${task && html` (task ${task})`}: ${asked.join(', ')}.`;
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
    <p><strong>${failure.code}</strong>: <span class="user">${failure.message}</span></p>
    ${failure.fix && html`<p class="user">Fix: ${failure.fix}</p>`}
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
  const [faded, side] = [metrics.faded?.[primary], metrics.side?.[primary]];
  const { fadedMs, sideMs, batch } = inference;
  const figures: (BigFigure | undefined)[] = [
    value(faded, (faded) => ({
      name: `${primary}, ${side === undefined ? 'model that ships' : 'faded model'}`,
      value: shownMetric(primary, faded, testExamples),
      about: `${formatCount(testExamples)} test examples`,
      of: 'faded',
    })),
    value(side, (side) => ({
      name: `${primary}, side network`,
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
        name: `${metric[0]}, ${path === 'faded' ? 'faded model' : 'side network'}`,
        value: shownMetric(...metric, latest.examples),
        about: `${latest.split}, step ${formatCount(latest.step)}`,
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
