/**
 * Tasks of GLUE as questions and answers in words, for backbones with a decoder: as Compacter and LST ask T5. A text
 * begins with the task's name and says which sentence is which (`mrpc sentence1: … sentence2: …`); a class is answered
 * with the digit of its id at Hugging Face, a score rounded to a fifth (`3.8`).
 */
import type { AnswerSpec } from './answer-codec.ts';
import { glueSplit, type GlueTask } from './glue-tasks.ts';

const fifths = 5;
const highest = 5;

/** `3.8`: people's scores of STS-B are multiples of 0.2, more or less. */
function fifth(score: number): string {
  return (Math.round(score * fifths) / fifths).toFixed(1);
}

/**
 * @param classes - the task's class names in the order of the labels
 */
export function glueAnswers(task: GlueTask, classes: readonly string[]): AnswerSpec {
  const names = glueSplit(task, 'train').tsv.texts.map(({ names: [name] }) => name!);
  const scores = Array.from({ length: highest * fifths + 1 }, (_, step) => fifth(step / fifths));
  return {
    compose: (texts) => [task.name, ...names.map((name, at) => `${name}: ${texts[at] ?? ''}`)].join(' '),
    score: fifth,
    ...(task.kind === 'regression'
      ? { samples: scores, invalidScore: -1 }
      : { words: classes.map((name) => String(task.labels.indexOf(name))) }),
    // So do the papers, where F1 is measured.
    reverseInvalid: task.metrics.includes('f1'),
  };
}
