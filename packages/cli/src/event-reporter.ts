/** The event file that TensorBoard reads, of a run that is about to train. */
import { guardReporter, messageOf, type Recipe, type Reporter } from '@mdpd/core';
import { pngOf } from '@mdpd/data/png';
import { EventReporter } from '@mdpd/report/tensorboard/event-reporter';
import type { RunFolder } from './run-folder.ts';

export interface EventedRun {
  readonly run: Pick<RunFolder, 'file'>;
  readonly recipe: Recipe;
  /** recipe.yaml. */
  readonly recipeText: string;
}

/** Beside metrics.jsonl, which must be cut off to what is kept by now. What goes wrong ends it with a warning. */
export function eventReporter(
  { run, recipe, recipeText }: EventedRun,
  warn: (message: string) => void,
): Reporter {
  return guardReporter(
    'the event file for TensorBoard',
    () =>
      new EventReporter({
        file: run.file('events'),
        metrics: run.file('metrics'),
        result: run.file('result'),
        examples: run.file('examples'),
        recipe,
        recipeText,
        toPng: async (image) => {
          try {
            return await pngOf(image);
          } catch (thrown) {
            warn(`an example is not shown in TensorBoard: ${messageOf(thrown)}`);
            return undefined;
          }
        },
      }),
    warn,
  );
}
