/** `mdpd predict <run or model> <input …>` */
import { MdpdError, type Prediction } from '@mdpd/core';
import { command } from './command.ts';
import { commonOptions, optional, variadic, wholeNumber } from './command-line.ts';
import { drawPredictions } from './draw.ts';
import { clip, formatShare, formatTable } from '@mdpd/report/format';
import { createOutput, toJson } from './output.ts';
import { inputsOf } from './predict-inputs.ts';
import { defaultFolder, submit } from './predict-submission.ts';
import { Predictor, withTop } from './predictor.ts';

const defaultTop = 3;

export default command({
  name: 'predict',
  description: 'Predict for images or texts of your own.',
  examples: [
    'mdpd predict runs/mnist/20261123-063956 seven.png',
    'mdpd predict runs/mnist/20261123-063956/model photos/*.jpg --top 5 --json',
    'mdpd predict runs/sst2/20261123-063956 "a film that stays"',
    'mdpd predict runs/sst2/20261123-063956 --file reviews.txt',
    'mdpd predict runs/sst2/20261123-063956 --submission answers',
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
    submission: {
      type: 'string',
      valueHint: optional('folder'),
      description: `answer the benchmark's test examples instead, as its server reads them (default folder: ${defaultFolder}); \`key=value\` then replaces settings of the recipe`,
    },
    recipe: {
      type: 'string',
      valueHint: 'file',
      description: 'with --submission: recipe with the data, for a model without a run',
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
  run: ({ _: [name, ...rest], submission, ...args }) => {
    if (submission === undefined) {
      refuseOptions('without --submission', { recipe: args.recipe });
      return predict(name!, rest, args);
    }
    refuseOptions('with --submission', { file: args.file, top: args.top, draw: args.draw });
    return submit(name!, rest, { ...args, folder: submission || defaultFolder });
  },
});

/** Throws OPTION_VALUE for an option that would do nothing. */
function refuseOptions(when: string, options: Readonly<Record<string, string | undefined>>): void {
  const given = Object.keys(options).find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new MdpdError('OPTION_VALUE', `option --${given} of mdpd predict means nothing ${when}`, {
    fix: 'mdpd predict --help shows how to call it',
    exitCode: 2,
  });
}

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
  const predictor = await Predictor.open(name, {
    executor: options.executor ?? 'auto',
    directory: process.cwd(),
    warn: output.message,
  });
  const predictions = await predictor.predict(inputs).finally(() => predictor.dispose());
  const answers = predictions.map((each, i) => ({ input: inputs[i]!, ...withTop(each, top) }));
  if (options.draw !== undefined) await drawPredictions(answers, options.draw);
  output.answer(output.json ? toJson(answers) : formatPredictions(answers));
  return 0;
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
