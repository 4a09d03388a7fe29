/** `mdpd train <recipe.yaml> [key=value …]` */
import { loadRecipe, MdpdError, resolveRecipe, stringifyRecipe } from '@mdpd/core';
import { openBackbone } from './backbone-reference.ts';
import { command } from './command.ts';
import { variadic, commonOptions } from './command-line.ts';
import { createOutput, reportFailure, toJson, type Output } from './output.ts';
import { pinHubData } from './pin-hub-data.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import { createRunFolder, defaultRunFolder } from './run-folder.ts';
import { listenForStop, type Stopper } from './stop-signal.ts';
import { formatSummary } from './summary.ts';

export default command({
  name: 'train',
  description: 'Fine-tune a model as a recipe says, and keep it in a folder of its own.',
  examples: [
    'mdpd train configs/vtab/mnist.yaml',
    'mdpd train configs/vtab/mnist.yaml method=norm train.epochs=3 --out runs/norm',
    'mdpd train configs/vtab/folder.yaml data.train=./photos/train data.test=./photos/test',
    'mdpd train configs/vtab/mnist.yaml --smoke',
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
    smoke: { type: 'boolean', description: 'a few examples and steps, to see that everything runs' },
    json: { type: 'boolean', description: 'print result.json instead of a table' },
    ...commonOptions,
  },
  run: (args) => train(args._[0]!, args._.slice(1), { out: args.out, smoke: args.smoke, json: args.json }),
});

interface TrainOptions {
  readonly out: string | undefined;
  readonly smoke: boolean | undefined;
  readonly json: boolean | undefined;
}

async function train(
  recipeFile: string,
  overrides: readonly string[],
  options: TrainOptions,
): Promise<number> {
  const output = createOutput({ json: options.json === true });
  const directory = process.cwd();
  const loaded = loadRecipe(recipeFile, options.smoke ? [...overrides, 'smoke=true'] : overrides);
  const { registry, problems } = await loadPlugins({ named: loaded.plugins, directory });
  describeProblems(problems).forEach(output.message);
  const resolved = resolveRecipe(loaded, registry);
  const hub = {
    warn: (message: string) => output.message(`warning: ${message}`),
    report: (message: string) => output.message(message),
  };
  const data = await pinHubData(resolved.data, (at) => loaded.locate(['data', ...at]), hub);
  const opened = await openBackbone(
    resolved.backbone,
    registry,
    directory,
    (at) => loaded.locate(['backbone', ...at]),
    hub,
  );
  const recipe = { ...resolved, backbone: opened.pinned ?? resolved.backbone, data };
  const typed = ['mdpd train', recipeFile, ...overrides].join(' ');
  const text = stringifyRecipe(recipe, `${typed}\nas resolved: every default written out`);
  const run = createRunFolder(options.out ?? defaultRunFolder(recipeFile), text);
  const stopper = listenForStop(output.message);
  try {
    // Only now: wrong recipes are refused before the heavy modules are loaded.
    const { trainRun } = await import('./train-run.ts');
    const result = await trainRun({
      recipe,
      recipeFile,
      recipeText: text,
      registry,
      opened,
      run,
      directory,
      output,
      signal: stopper.signal,
    });
    const summary = (): string => formatSummary(result, run.name, output.bold);
    output.answer(output.json ? toJson({ run: run.name, ...result }) : summary());
    return 0;
  } catch (thrown) {
    run.fail(thrown);
    return failureCode(thrown, output, stopper);
  } finally {
    stopper.release();
  }
}

/** Reports what was thrown; a run that was stopped has the exit code that shells expect of the signal. */
function failureCode(thrown: unknown, output: Output, stopper: Stopper): number {
  const exitCode = reportFailure(thrown, output);
  const stopped = thrown instanceof MdpdError && thrown.code === 'INTERRUPTED';
  return stopped ? (stopper.exitCode() ?? exitCode) : exitCode;
}
