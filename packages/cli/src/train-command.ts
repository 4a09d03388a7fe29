/** `mdpd train <recipe.yaml> [key=value …]` */
import { loadRecipe, MdpdError } from '@mdpd/core';
import { command } from './command.ts';
import { variadic, commonOptions } from './command-line.ts';
import { createOutput, reportFailure, toJson, type Output } from './output.ts';
import { createProgress } from './progress.ts';
import { defaultRunFolder, newestUnfinishedRun } from './run-folder.ts';
import { listenForStop, type Stopper } from './stop-signal.ts';
import { shellWord } from './shell-word.ts';
import { formatSummary } from './summary.ts';
import type { Listener } from './train-event.ts';
import { runTraining } from './train-flow.ts';

export default command({
  name: 'train',
  description: 'Fine-tune a model as a recipe says, and keep it in a folder of its own.',
  examples: [
    'mdpd train configs/vtab/mnist.yaml',
    'mdpd train configs/vtab/mnist.yaml method=norm train.epochs=3 --out runs/norm',
    'mdpd train configs/vtab/folder.yaml data.train=./photos/train data.test=./photos/test',
    'mdpd train configs/vtab/mnist.yaml --smoke',
    'mdpd train configs/vtab/mnist.yaml --out runs/mnist/20261126-101500 --resume',
  ],
  args: {
    recipe: {
      type: 'positional',
      required: true,
      description: 'YAML file that says what to train on what and how',
    },
    'key=value': {
      type: 'positional',
      valueHint: variadic,
      required: false,
      description:
        'settings that replace those of the recipe, for example train.epochs=3 data.train=./photos/train',
    },
    out: {
      type: 'string',
      valueHint: 'folder',
      description: 'folder of the run (default: runs/<recipe>/<time>)',
    },
    resume: {
      type: 'boolean',
      description: 'go on with the run in --out, or with the newest one of this recipe that is not finished',
    },
    'force-resume': {
      type: 'boolean',
      description: 'the same, with settings that were changed where that is sound (rates, steps, executor)',
    },
    smoke: { type: 'boolean', description: 'a few examples and steps, to see that everything runs' },
    json: { type: 'boolean', description: 'print result.json instead of a table' },
    ...commonOptions,
  },
  run: (args) =>
    train(args._[0]!, args._.slice(1), {
      out: args.out,
      smoke: args.smoke,
      json: args.json,
      resume: args['force-resume'] === true ? 'force' : args.resume === true,
    }),
});

interface TrainOptions {
  readonly out: string | undefined;
  readonly smoke: boolean | undefined;
  readonly json: boolean | undefined;
  readonly resume: boolean | 'force';
}

async function train(
  recipeFile: string,
  overrides: readonly string[],
  options: TrainOptions,
): Promise<number> {
  const output = createOutput({ json: options.json === true });
  const loaded = loadRecipe(recipeFile, options.smoke ? [...overrides, 'smoke=true'] : overrides);
  const out =
    options.out ??
    (options.resume === false ? defaultRunFolder(recipeFile) : newestUnfinishedRun(recipeFile));
  const stopper = listenForStop(output.message);
  const { listener, close } = shown(output, () => stopper.waitForStep());
  try {
    const { run, result } = await runTraining({
      loaded,
      recipeFile,
      out,
      resume: options.resume,
      again: commandLine(recipeFile, overrides, options.smoke === true, out),
      directory: process.cwd(),
      heading: ['mdpd train', recipeFile, ...overrides].join(' '),
      begunAt: 0,
      signal: stopper.signal,
      listener,
    }).finally(close);
    const summary = (): string => formatSummary(result, run.name, output.bold);
    output.answer(output.json ? toJson({ run: run.name, ...result }) : summary());
    return 0;
  } catch (thrown) {
    return failureCode(thrown, output, stopper);
  } finally {
    stopper.release();
  }
}

/** What to type to go on with a run; what a shell would read in another way is quoted. */
function commandLine(recipeFile: string, overrides: readonly string[], smoke: boolean, out: string): string {
  const words = ['train', recipeFile, ...overrides, ...(smoke ? ['--smoke'] : []), '--out', out, '--resume'];
  return `mdpd ${words.map(shellWord).join(' ')}`;
}

/** Shows what happens on standard error. */
function shown({ messages }: Output, begins: () => void): { readonly listener: Listener; close(): void } {
  let metric = '';
  const progress = createProgress({ stream: messages, metric: () => metric });
  return {
    listener: (event) => {
      if (event.type === 'start') {
        metric = event.metric;
        begins();
      }
      if (event.type === 'start') return;
      if (event.type === 'progress') progress.progress?.(event);
      else progress.record?.(event);
    },
    close: () => progress.close?.(),
  };
}

/** Reports what was thrown; a run that was stopped has the exit code that shells expect of the signal. */
function failureCode(thrown: unknown, output: Output, stopper: Stopper): number {
  const exitCode = reportFailure(thrown, output);
  const stopped = thrown instanceof MdpdError && thrown.code === 'INTERRUPTED';
  return stopped ? (stopper.exitCode() ?? exitCode) : exitCode;
}
