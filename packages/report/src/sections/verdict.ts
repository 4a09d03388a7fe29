/** What the numbers of a finished run mean, in sentences: against the side network, a constant answer, and other runs. */
import { clip, formatBytes, formatCount, formatShare } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section } from '../page.ts';
import { primaryMetric, type Result } from '../result.ts';
import type { RunView } from '../run-view.ts';
import { tableOf } from '../chart/figure.ts';
import { arePairs, chanceOfDifference, chanceOfMean, chanceOfPairs, isMeanOfAnswers } from '../chance.ts';
import { shownDifference, shownMetric, unbroken } from '../units.ts';

/** Runs that it is told against, at most. */
const mostOthers = 12;
/** Of a name or a sentence. */
const mostCharacters = 1000;

/** Absent until the run has a result. */
export function verdictSection({ result, others = [] }: RunView): Section | undefined {
  if (result === undefined) return undefined;
  const compared = others.slice(0, mostOthers);
  const sentences = result.smoke ? [smokeSentence] : sentencesOf(result, compared);
  const body = html`<div class="stack">
    <div class="prose">
      ${sentences.map((text) => html`<p class="user">${unbroken(clip(text, mostCharacters))}</p>`)}
    </div>
    ${!result.smoke && othersTable(result, compared)}
  </div>`;
  return { id: 'verdict', title: 'Verdict', body };
}

const smokeSentence =
  'This was a smoke run, which shows that everything works: its numbers mean nothing, and there is nothing to conclude.';

function sentencesOf(result: Result, others: readonly Other[]): string[] {
  return [
    sureness(result),
    fadeSentence(result),
    agreementSentence(result),
    speedSentence(result),
    baselineSentence(result),
    ...othersSentences(result, others),
  ].filter((each) => each !== undefined);
}

/** Only of shares of right answers: of other metrics the spread is not known from the value. */
function sureness({ metrics, testExamples }: Result): string | undefined {
  const value = primaryMetric({ metrics });
  if (value === undefined) return `There is no ${metrics.primary} of this run.`;
  const { primary } = metrics;
  const told = `On ${formatCount(testExamples)} test examples, ${primary} is ${shownMetric(primary, value, testExamples)}.`;
  if (!isMeanOfAnswers(primary) || testExamples === 0) return told;
  const chance = shownDifference(primary, chanceOfMean(value, testExamples), testExamples);
  return `${told} Another test split of that size would move it by chance, by up to ± ${chance} in 95 of 100 cases.`;
}

function fadeSentence(result: Result): string | undefined {
  const { metrics, fadeGap, testExamples } = result;
  if (metrics.faded === null && metrics.side !== null)
    return 'This method keeps its side network: backbone and side network run together at inference, and nothing has faded.';
  if (metrics.side === null)
    return 'There is no side network in this run: what was trained is the backbone itself, and there is no gap to look at.';
  if (fadeGap === null) return 'How the faded model does against its side network is not known.';
  const size = shownDifference(metrics.primary, fadeGap, testExamples);
  const ships = 'What ships is the faded model: the side network that taught it is gone.';
  if (fadeGap === 0) return `${ships} It is as good as its teacher.`;
  if (isMeanOfAnswers(metrics.primary) && Math.abs(fadeGap) <= chanceOfGap(result))
    return `${ships} It is ${size} ${fadeGap > 0 ? 'below' : 'above'} its teacher, which may be chance: fading cost nothing that these examples could show.`;
  return fadeGap > 0
    ? `${ships} It is ${size} below its teacher: that is what fading cost.`
    : `${ships} It is ${size} above its teacher: the backbone learnt more from labels and teacher than the teacher knew.`;
}

/** Both models answered the same examples: where it is known how many answers differ, that is all that chance has. */
function chanceOfGap({ metrics, agreement, testExamples }: Result): number {
  const [faded, side] = [metrics.faded?.[metrics.primary] ?? 0, metrics.side?.[metrics.primary] ?? 0];
  return agreement === null || !arePairs(metrics.primary)
    ? chanceOfDifference(faded, side, testExamples)
    : chanceOfPairs(agreement, testExamples);
}

function agreementSentence({ agreement }: Result): string | undefined {
  return agreement === null
    ? undefined
    : `The two predict the same for ${formatShare(agreement)} of the examples.`;
}

function speedSentence({ inference: { fadedMs, sideMs, batch }, parameters }: Result): string | undefined {
  if (fadedMs === null || sideMs === null || sideMs <= 0) return undefined;
  const less = 1 - fadedMs / sideMs;
  const size = `and is ${formatCount(parameters.side)} parameters smaller`;
  const time = `time for a batch of ${batch} than with its side network`;
  return less >= 0
    ? `It takes ${formatShare(less)} less ${time}, ${size}.`
    : `It took ${formatShare(-less)} more ${time}, ${size}: it does less, so the machine was busy with something else.`;
}

function baselineSentence({ metrics, testExamples }: Result): string | undefined {
  const { baseline, primary } = metrics;
  const [own, constant] = [primaryMetric({ metrics }), baseline?.metrics[primary]];
  if (baseline === undefined || own === undefined || constant === undefined)
    return 'What an answer without looking would reach is not known for this task.';
  const told = `Without looking at the example, ${baseline.name} reaches ${shownMetric(primary, constant, testExamples)}`;
  if (own > constant)
    return `${told}: the model is ${shownDifference(primary, own - constant, testExamples)} above that.`;
  return `${told}: the model is no better, so it has learnt nothing of use.`;
}

type Other = NonNullable<RunView['others']>[number];

function othersSentences(result: Result, others: readonly Other[]): string[] {
  const own = primaryMetric(result);
  if (own === undefined) return [];
  const comparable = others.filter(({ result: other }) => other.metrics.primary === result.metrics.primary);
  const sentences = comparable.flatMap((other) => {
    const value = primaryMetric(other.result);
    return value === undefined ? [] : [against(result, own - value, other, value)];
  });
  return others.length === 0
    ? [
        'No other run on the same data is beside it: whether the method is worth it, the label-only control and full fine-tuning would tell.',
      ]
    : sentences;
}

const meanings: Readonly<Record<string, string>> = {
  norm: 'norms and head, on labels alone',
  lora: 'low-rank updates, norms and head, on labels alone',
  side: 'the side network kept at inference',
  full: 'full fine-tuning',
  head: 'the head alone on the untouched backbone',
  bias: 'the biases alone',
};

/** A twin trains what this run trains in the backbone, and nothing else. */
function meaningOf(
  { parameters }: Result,
  { method, parameters: others, metrics }: Result,
): string | undefined {
  const isTwin = metrics.side === null && others.trainedInBackbone === parameters.trainedInBackbone;
  if (isTwin && parameters.side > 0)
    return 'the label-only control, which trains the same parameters without a side network';
  return Object.hasOwn(meanings, method) ? meanings[method] : undefined;
}

function against(result: Result, difference: number, { name, result: other }: Other, value: number): string {
  const { testExamples, metrics } = result;
  const { primary } = metrics;
  const means = meaningOf(result, other);
  const who = `${clip(name, 120)}${means ? ` (${means})` : ''}`;
  const size = shownDifference(primary, difference, testExamples);
  const memory = result.memory.peakRssBytes / other.memory.peakRssBytes;
  const cost = Number.isFinite(memory)
    ? `, with ${formatShare(memory, 0)} of its peak memory (${formatBytes(result.memory.peakRssBytes)} against ${formatBytes(other.memory.peakRssBytes)})`
    : '';
  const chance = chanceOfDifference(value + difference, value, testExamples);
  const end =
    isMeanOfAnswers(primary) && Math.abs(difference) <= chance ? '; the difference may be chance' : '';
  if (difference === 0) return `Against ${who}: equal, ${shownMetric(primary, value, testExamples)}${cost}.`;
  return `Against ${who}, which reaches ${shownMetric(primary, value, testExamples)}: ${size} ${difference > 0 ? 'better' : 'worse'}${cost}${end}.`;
}

function othersTable(result: Result, others: readonly Other[]): Markup | undefined {
  if (others.length === 0) return undefined;
  const row = (
    name: string,
    { metrics, memory, time, inference, parameters, testExamples }: Result,
  ): string[] => {
    const value = primaryMetric({ metrics });
    const ms = inference.fadedMs ?? inference.sideMs;
    return [
      name,
      value === undefined ? '' : shownMetric(metrics.primary, value, testExamples),
      formatCount(parameters.trainedInBackbone + parameters.side),
      formatBytes(memory.peakRssBytes),
      time.secondsPerStep.toPrecision(3),
      ms === null ? '' : ms.toPrecision(3),
    ];
  };
  return tableOf(
    {
      head: [
        'run',
        clip(result.metrics.primary, 60),
        'trained parameters',
        'peak memory',
        's/step',
        'ms a batch',
      ],
      rows: [row('this run', result), ...others.map((other) => row(clip(other.name, 120), other.result))],
    },
    'other runs',
  );
}
