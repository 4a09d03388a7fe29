/**
 * Tasks of GLUE as questions and answers in words, for backbones with a decoder. A text begins with the task's name and
 * says which sentence is which (`mrpc sentence1: … sentence2: …`); a score is answered rounded to a fifth (`3.8`).
 *
 * `digits`: as Compacter and LST ask T5; a class is answered with the digit of its id at Hugging Face.
 * `words`: as T5 itself was taught GLUE along with its pretraining (`glue` of its preprocessors): a class is answered
 * with its name (`not_entailment`), and sentences stand in the order of their names.
 */
import type { AnswerSpec } from './answer-codec.ts';
import { glueSplit, type GlueTask } from './glue-tasks.ts';

export const answerStyles = ['digits', 'words'] as const;
export type AnswerStyle = (typeof answerStyles)[number];

const fifths = 5;
const highest = 5;

/** `3.8`: people's scores of STS-B are multiples of 0.2, more or less. */
function fifth(score: number): string {
  return (Math.round(score * fifths) / fifths).toFixed(1);
}

/**
 * @param classes - the task's class names in the order of the labels
 */
export function glueAnswers(
  task: GlueTask,
  classes: readonly string[],
  style: AnswerStyle = 'digits',
): AnswerSpec {
  const names = glueSplit(task, 'train').tsv.texts.map(({ names: [name] }) => name!);
  const sentences = [...names.entries()];
  if (style === 'words') sentences.sort(([, a], [, b]) => (a < b ? -1 : 1));
  const scores = Array.from({ length: highest * fifths + 1 }, (_, step) => fifth(step / fifths));
  return {
    style,
    compose: (texts) =>
      [task.name, ...sentences.map(([at, name]) => `${name}: ${texts[at] ?? ''}`)].join(' '),
    score: fifth,
    ...(task.kind === 'regression'
      ? { samples: scores, invalidScore: -1 }
      : { words: style === 'words' ? classes : classes.map((name) => String(task.labels.indexOf(name))) }),
    // So do the papers, where F1 is measured.
    reverseInvalid: task.metrics.includes('f1'),
  };
}
