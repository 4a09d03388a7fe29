/** examples.json: what the page of a run shows of the split that it was measured on. */
import {
  MdpdError,
  messageOf,
  type HostRecord,
  type Judgement,
  type ModelPath,
  type Reporter,
  type ShownExample,
  type SplitName,
  type Task,
  type TrainSettings,
} from '@mdpd/core';
import { thumbnailOf } from '@mdpd/data/thumbnail';
import type { Evaluation } from '@mdpd/distill/engine/evaluate';
import { besideOutput, exampleOf } from '@mdpd/distill/engine/judged';
import type { ShownExampleRecord, ShownExamples } from '@mdpd/report/shown-examples';
import { splitOf, type Evaluations } from '../evaluate-paths.ts';
import { writeWhole } from '../files.ts';
import type { RunFolder } from '../run-folder.ts';
import { chooseExamples, type ChosenExample } from './choose-examples.ts';
import { confusionOf } from './confusion.ts';
import { countKinds, type JudgedPaths } from './example-kinds.ts';

/** Characters of a text. */
const mostCharacters = 500;

/** A split that was evaluated. */
export interface ExamplesJob {
  readonly task: Task;
  readonly split: SplitName;
  /** Made with `judge`. */
  readonly evaluations: Evaluations;
  readonly recipe: { readonly train: Pick<TrainSettings, 'seed'> };
  readonly run: Pick<RunFolder, 'file'>;
  /** Told what was left out. */
  readonly reporters: readonly Reporter[];
  /** Step to report. */
  readonly step: number;
}

function warn({ reporters, step }: ExamplesJob, message: string): void {
  const record = { type: 'note', step, message: `warning: ${message}` } as const;
  reporters.forEach((reporter) => reporter.record?.(record));
}

/**
 * Writes the file where the task says which answers are right. Whatever goes wrong here is a warning: the run's figures do not
 * depend on it.
 */
export async function writeExamples(job: ExamplesJob): Promise<void> {
  const judged = Object.values(job.evaluations).flatMap((evaluation) => evaluation.judged ?? []);
  const failure = judged.find((each) => each.failure !== undefined)?.failure;
  if (failure !== undefined) return warn(job, `there is no examples.json: ${failure}`);
  try {
    const found = await shownExamples(job);
    if (found) writeWhole(job.run.file('examples'), `${JSON.stringify(found)}\n`);
  } catch (thrown) {
    warn(job, `there is no examples.json: ${messageOf(thrown)}`);
  }
}

/** What the file holds; undefined where the task does not say which answers are right. */
export async function shownExamples(job: ExamplesJob): Promise<ShownExamples | undefined> {
  const { task, split, evaluations, recipe } = job;
  const judged: JudgedPaths = { faded: evaluations.faded?.judged, side: evaluations.side?.judged };
  const { examples } = (evaluations.faded ?? evaluations.side)!;
  const counts = countKinds(judged, examples);
  if (!counts) return undefined;
  const chosen = splitOf(task, split).show ? chooseExamples(judged, examples, recipe.train.seed) : [];
  const confusion = confusionOf(task, judged, examples);
  return {
    split,
    examples,
    counts,
    ...(confusion ? { confusion } : {}),
    shown: await showAll(job, chosen),
  };
}

async function showAll(job: ExamplesJob, chosen: readonly ChosenExample[]): Promise<ShownExampleRecord[]> {
  if (chosen.length === 0) return [];
  const expected = await judgements(job, chosen);
  const shown: ShownExampleRecord[] = [];
  const failures: string[] = [];
  // One after the other: an image may be large before it is made small.
  for (const [at, { kind, index }] of chosen.entries()) {
    const { expected: label, box } = expected[at]!;
    shown.push({
      kind,
      index,
      ...(label === undefined ? {} : { expected: label }),
      ...(box ? { expectedBox: [...box] } : {}),
      ...(await lookOf(job, index, failures)),
      ...predictionsOf(job.evaluations, index),
    });
  }
  if (failures.length > 0)
    warn(job, `${failures.length} of ${chosen.length} examples are shown in part: ${failures[0]}`);
  return shown;
}

/** What the labels of examples say, read again: of a whole split it would be too much to keep. */
async function judgements(
  { task, split }: ExamplesJob,
  chosen: readonly ChosenExample[],
): Promise<Judgement[]> {
  const indices = chosen.map(({ index }) => index);
  const batch = await splitOf(task, split).load(indices, { augment: false, seed: 0, epoch: 0 });
  return indices.map((_, row) => expectedOf(task, exampleOf(batch.target, row), besideOutput(batch, row)));
}

/** Judges any output: what is expected does not depend on it. */
function expectedOf(task: Task, target: HostRecord, input: HostRecord): Judgement {
  const { head, answers } = task;
  if (task.judge) return task.judge(new Float32Array(head.outputs), target, input);
  return answers!.judge!(new Float32Array(answers!.tokens), target);
}

/** Texts and image; without what cannot be shown. */
async function lookOf(
  { task, split }: ExamplesJob,
  index: number,
  failures: string[],
): Promise<Pick<ShownExampleRecord, 'texts' | 'image'>> {
  try {
    const { texts, ...pictured } = await splitOf(task, split).show!(index);
    return {
      ...(texts ? { texts: texts.map(cut) } : {}),
      ...(await imageOf(pictured).catch((thrown: unknown) => {
        failures.push(said(thrown));
        return {};
      })),
    };
  } catch (thrown) {
    failures.push(said(thrown));
    return {};
  }
}

async function imageOf({ image, imageSize }: ShownExample): Promise<Pick<ShownExampleRecord, 'image'>> {
  if (!image) return {};
  const { width, height } = imageSize ?? image;
  return { image: { source: await thumbnailOf(image), width, height } };
}

function said(thrown: unknown): string {
  const fix = thrown instanceof MdpdError && thrown.fix !== undefined ? ` (${thrown.fix})` : '';
  return `${messageOf(thrown)}${fix}`;
}

/** Never between the halves of a character. */
function cut(text: string): string {
  if (text.length <= mostCharacters) return text;
  return `${text.slice(0, mostCharacters - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function predictionsOf(evaluations: Evaluations, index: number): Pick<ShownExampleRecord, ModelPath> {
  const { faded, side } = evaluations;
  return {
    ...(faded ? { faded: predictionOf(faded, index) } : {}),
    ...(side ? { side: predictionOf(side, index) } : {}),
  };
}

function predictionOf(
  { predictions, judged }: Evaluation,
  index: number,
): NonNullable<ShownExampleRecord['faded']> {
  const { probability, boxes } = judged!;
  const [x, y, width, height] = boxes?.subarray(4 * index, 4 * index + 4) ?? [NaN];
  return {
    value: predictions[index]!,
    ...(Number.isNaN(probability[index]) ? {} : { probability: Number(probability[index]!.toFixed(4)) }),
    ...(Number.isNaN(x) ? {} : { box: [x!, y!, width!, height!] }),
  };
}
