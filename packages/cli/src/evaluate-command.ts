/** `mdpd evaluate <run or model>` */
import { loadRecipe } from '@mdpd/core';
import { command } from './command.ts';
import { variadic, commonOptions, wholeNumber } from './command-line.ts';
import { evaluateTarget } from './evaluate-target.ts';
import { formatCount, formatMetric, formatTable } from '@mdpd/report/format';
import { createOutput, toJson } from './output.ts';
import { createProgress } from './progress.ts';
import { splitNamed, splitNames } from './split-name.ts';
import { stoppable } from './stop-signal.ts';
import type { Listener } from './train-event.ts';

export default command({
  name: 'evaluate',
  description: 'Evaluate a run or a model on a split of its data.',
  examples: [
    'mdpd evaluate runs/mnist/20261123-063956',
    'mdpd evaluate runs/mnist/20261123-063956 --split train --limit 500',
    'mdpd evaluate runs/mnist/20261123-063956 data.test=./photos/new --json',
  ],
  args: {
    target: { type: 'positional', required: true, description: 'folder of a run, or of a model' },
    'key=value': {
      type: 'positional',
      valueHint: variadic,
      required: false,
      description: 'settings that replace those of the recipe, for example data.test=./photos/new',
    },
    split: {
      type: 'string',
      valueHint: splitNames.join('|'),
      description: 'split to evaluate on (default: test)',
    },
    limit: { type: 'string', valueHint: 'number', description: 'only the first examples' },
    recipe: {
      type: 'string',
      valueHint: 'file',
      description: 'recipe with the data, for a model without a run',
    },
    executor: { type: 'string', valueHint: 'name', description: 'executor (default: that of the run)' },
    json: { type: 'boolean', description: 'print JSON' },
    ...commonOptions,
  },
  run: (args) => evaluate(args._[0]!, args._.slice(1), args),
});

interface EvaluateOptions {
  readonly split?: string;
  readonly limit?: string;
  readonly recipe?: string;
  readonly executor?: string;
  readonly json?: boolean;
}

async function evaluate(
  name: string,
  overrides: readonly string[],
  options: EvaluateOptions,
): Promise<number> {
  const output = createOutput({ json: options.json === true });
  const limit = wholeNumber('evaluate', '--limit', options.limit);
  const split = splitNamed(options.split ?? 'test', 'option --split of mdpd evaluate');
  const recipe = options.recipe === undefined ? undefined : loadRecipe(options.recipe, overrides);
  return stoppable(output.message, async (signal) => {
    const progress = createProgress({ stream: output.messages, metric: () => '' });
    const listener: Listener = (event) => {
      if (event.type === 'progress') progress.progress?.(event);
      else if (event.type !== 'start') progress.record?.(event);
    };
    const { executor } = options;
    const request = {
      name,
      recipe,
      overrides,
      split,
      limit,
      executor,
      directory: process.cwd(),
      signal,
      listener,
    };
    const found = await evaluateTarget(request).finally(() => progress.close?.());
    const { examples, metrics } = found;
    output.answer(output.json ? toJson(found) : formatEvaluation(name, split, examples, metrics));
    return 0;
  });
}

export function formatEvaluation(
  name: string,
  split: string,
  examples: number,
  metrics: Readonly<Record<string, number>>,
): string {
  const rows = Object.entries(metrics).map(([metric, value]) => [metric, formatMetric(metric, value)]);
  return `${name} on ${formatCount(examples)} ${split} examples\n${formatTable(rows, '  ')}`;
}
