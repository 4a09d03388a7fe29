/** `mdpd evaluate <run or model>` */
import { MdpdError, type ModelPath, type Recipe, type Registry, type SplitName } from '@mdpd/core';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { command } from './command.ts';
import { variadic, commonOptions, wholeNumber } from './command-line.ts';
import { evaluatePaths } from './evaluate-paths.ts';
import { formatCount, formatMetric, formatTable } from './format.ts';
import { createOutput, toJson, type Output } from './output.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import { createProgress } from './progress.ts';
import { openRunnable } from './runnable.ts';
import { listenForStop } from './stop-signal.ts';
import { findTarget, pluginsFor, type Target } from './target.ts';
import { executorOf, recipeFor } from './target-recipe.ts';

const splits: readonly SplitName[] = ['train', 'validation', 'test'];

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
      valueHint: splits.join('|'),
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
  run: (args) => evaluateTarget(args._[0]!, args._.slice(1), args),
});

interface EvaluateOptions {
  readonly split?: string;
  readonly limit?: string;
  readonly recipe?: string;
  readonly executor?: string;
  readonly json?: boolean;
}

async function evaluateTarget(
  name: string,
  overrides: readonly string[],
  options: EvaluateOptions,
): Promise<number> {
  const output = createOutput({ json: options.json === true });
  const limit = wholeNumber('evaluate', '--limit', options.limit);
  const split = splitNamed(options.split ?? 'test');
  const { registry, problems } = await loadPlugins(pluginsFor(name, process.cwd(), options.recipe));
  describeProblems(problems).forEach(output.message);
  const target = findTarget(name, registry, process.cwd());
  const { recipe, directory } = recipeFor(target, options.recipe, overrides, registry);
  const executor = options.executor ?? executorOf(target, recipe);
  const stopper = listenForStop(output.message);
  try {
    const request = { target, registry, recipe, directory, executor, split, limit, signal: stopper.signal };
    const found = await evaluateOn(request, output);
    const { examples, metrics } = found;
    output.answer(output.json ? toJson(found) : formatEvaluation(name, split, examples, metrics));
    return 0;
  } catch (thrown) {
    if (thrown instanceof MdpdError && thrown.code === 'INTERRUPTED') return stopper.exitCode() ?? 1;
    throw thrown;
  } finally {
    stopper.release();
  }
}

interface EvaluationRequest {
  readonly target: Target;
  readonly registry: Registry;
  readonly recipe: Recipe;
  readonly directory: string;
  readonly executor: string;
  readonly split: SplitName;
  readonly limit: number | undefined;
  readonly signal: AbortSignal;
}

/** What `--json` prints. */
interface TargetEvaluation {
  readonly target: string;
  readonly path: ModelPath;
  readonly split: SplitName;
  readonly examples: number;
  readonly primary: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly executor: string;
  readonly seconds: number;
}

async function evaluateOn(request: EvaluationRequest, output: Output): Promise<TargetEvaluation> {
  const { target, registry, recipe, directory, split, limit, signal } = request;
  let primary = '';
  const progress = createProgress({ stream: output.messages, metric: () => primary });
  const { executor } = await startExecutor(request.executor, registry.executors.values, progress.say);
  try {
    const warn = (message: string): void => progress.say(`warning: ${message}`);
    const runnable = await openRunnable(target, { registry, recipe, directory, splits: [split], warn });
    const { task, path } = runnable;
    primary = task.primaryMetric;
    const evaluations = await evaluatePaths([runnable], {
      executor,
      task,
      split,
      limit,
      batchSize: recipe.train.evaluateBatchSize,
      reporters: [{ name: 'progress', progress: progress.progress }],
      step: target.run?.result.steps ?? 0,
      signal,
    });
    const { metrics, examples, seconds } = evaluations[path]!;
    return { target: target.name, path, split, examples, primary, metrics, executor: executor.name, seconds };
  } finally {
    await progress.close?.();
    await executor.stop();
  }
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

function splitNamed(name: string): SplitName {
  const found = splits.find((each) => each === name);
  if (found) return found;
  throw new MdpdError('OPTION_VALUE', `option --split of mdpd evaluate is "${name}"`, {
    allowed: splits,
    exitCode: 2,
  });
}
