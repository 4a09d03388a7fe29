/** `mdpd predict <run or model> <input …>` */
import { resolveRecipe, type Executor, type HostRecord, type Prediction } from '@mdpd/core';
import { prepareOutputs } from '@mdpd/distill/engine/outputs';
import { disposeRecord, uploadRecord } from '@mdpd/distill/engine/state';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { command } from './command.ts';
import { drawPredictions } from './draw.ts';
import { variadic, commonOptions, wholeNumber } from './command-line.ts';
import { clip, formatShare, formatTable } from './format.ts';
import { createOutput, toJson } from './output.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import { inputsOf } from './predict-inputs.ts';
import { openRunnable, type Runnable } from './runnable.ts';
import { findTarget, pluginsFor, recipeOf } from './target.ts';

/** Inputs that run at once: bounds memory when thousands are named. */
const chunkSize = 32;
const defaultTop = 3;

export default command({
  name: 'predict',
  description: 'Predict for images or texts of your own.',
  examples: [
    'mdpd predict runs/mnist/20261123-063956 seven.png',
    'mdpd predict runs/mnist/20261123-063956/model photos/*.jpg --top 5 --json',
    'mdpd predict runs/sst2/20261123-063956 "a film that stays"',
    'mdpd predict runs/sst2/20261123-063956 --file reviews.txt',
    'mdpd predict runs/scenes/20261123-063956 "photo.jpg the red circle" --draw found',
  ],
  args: {
    target: { type: 'positional', required: true, description: 'folder of a run, or of a model' },
    input: {
      type: 'positional',
      valueHint: variadic,
      required: false,
      description:
        'what to predict for: image files, or texts; a pair of texts has a tab between them, an image and a text a space',
    },
    file: {
      type: 'string',
      valueHint: 'file',
      description: 'file with more inputs, one a line',
    },
    top: {
      type: 'string',
      valueHint: 'number',
      description: `alternatives to show (default: ${defaultTop})`,
    },
    draw: {
      type: 'string',
      valueHint: 'folder',
      description: 'draw boxes that were found onto their images, as PNG files in this folder',
    },
    executor: { type: 'string', valueHint: 'name', description: 'executor (default: auto)' },
    json: { type: 'boolean', description: 'print JSON' },
    ...commonOptions,
  },
  run: (args) => predict(args._[0]!, args._.slice(1), args),
});

interface PredictOptions {
  readonly file?: string;
  readonly top?: string;
  readonly draw?: string;
  readonly executor?: string;
  readonly json?: boolean;
}

async function predict(name: string, typed: readonly string[], options: PredictOptions): Promise<number> {
  const output = createOutput({ json: options.json === true });
  const inputs = inputsOf(typed, options.file);
  const top = wholeNumber('predict', '--top', options.top) ?? defaultTop;
  const { registry, problems } = await loadPlugins(pluginsFor(name, process.cwd()));
  describeProblems(problems).forEach(output.message);
  const target = findTarget(name, registry, process.cwd());
  // Only a side network needs its recipe: for the backbone below it.
  const recipe = target.kind === 'side' ? resolveRecipe(recipeOf(target.run!), registry) : undefined;
  const warn = (message: string): void => output.message(`warning: ${message}`);
  const { executor } = await startExecutor(options.executor ?? 'auto', registry.executors.values, warn);
  const directory = process.cwd();
  let predictions: Prediction[];
  try {
    const open = { registry, recipe, withData: false, directory, splits: [], warn };
    predictions = await predictAll(await openRunnable(target, open), inputs, executor);
  } finally {
    await executor.stop();
  }
  const answers = predictions.map((prediction, i) => ({
    input: inputs[i]!,
    ...prediction,
    ...(prediction.top ? { top: prediction.top.slice(0, top) } : {}),
  }));
  if (options.draw !== undefined) await drawPredictions(answers, options.draw);
  output.answer(output.json ? toJson(answers) : formatPredictions(answers));
  return 0;
}

async function predictAll(
  model: Runnable,
  inputs: readonly string[],
  executor: Executor,
): Promise<Prediction[]> {
  const { task, parameters } = model;
  const params = uploadRecord(executor, parameters);
  const outputs = prepareOutputs(executor, 'predict', model, task);
  const predictions: Prediction[] = [];
  for (let start = 0; start < inputs.length; start += chunkSize) {
    const batch = await task.encode(inputs.slice(start, start + chunkSize));
    const output = await outputs.of(params, batch);
    const width = output.length / batch.size;
    for (let row = 0; row < batch.size; row++) {
      const own = output.subarray(row * width, (row + 1) * width);
      predictions.push(outputs.reader.decode(own, rowOf({ ...batch.input, ...batch.about }, row)));
    }
  }
  disposeRecord(params);
  await outputs.release();
  return predictions;
}

/** One example of a record of [B, …] tensors, each [1, …]. */
function rowOf(record: HostRecord, row: number): HostRecord {
  const entries = Object.entries(record).map(([name, { data, shape, dtype }]) => {
    const size = data.length / shape[0]!;
    const own = data.slice(row * size, (row + 1) * size);
    return [name, { data: own, shape: [1, ...shape.slice(1)], dtype }] as const;
  });
  return Object.fromEntries(entries);
}

/** Columns that an input has room in: texts may be long. */
const inputColumns = 60;

/** One line an input: what it is, how sure, and the next best. */
export function formatPredictions(answers: readonly (Prediction & { readonly input: string })[]): string {
  const rows = answers.map(({ input, value, probability, top = [] }) => [
    clip(input.replaceAll('\t', ' | '), inputColumns),
    value,
    ...(probability === undefined ? [] : [formatShare(probability)]),
    top
      .filter((each) => each.value !== value)
      .map((each) => `${each.value} ${formatShare(each.probability)}`)
      .join(', '),
  ]);
  return formatTable(rows);
}
