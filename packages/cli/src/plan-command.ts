/** `mdpd plan <recipe.yaml> [key=value …]` */
import { loadRecipe, MdpdError, resolveRecipe, type Recipe, type Registry } from '@mdpd/core';
import { calibrate } from '@mdpd/compile/calibrate';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { rss } from '@mdpd/tensor/memory-meter';
import { openBackbone } from './backbone-reference.ts';
import { command } from './command.ts';
import { commonOptions, variadic } from './command-line.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatSignificant,
  formatTable,
} from '@mdpd/report/format';
import { createOutput, toJson, type Output } from './output.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import { availableBytes } from './planned-memory.ts';
import { planMethod, type MethodPlan } from './plan-training.ts';
import { smokeSettings } from './smoke.ts';
import { headFor } from './task-head.ts';
import { openTrainingTask } from './training-task.ts';

export default command({
  name: 'plan',
  description: 'Predict memory and time of training with every method, without training.',
  examples: [
    'mdpd plan configs/vtab/mnist.yaml',
    'mdpd plan configs/vtab/mnist.yaml train.batchSize=200 --json',
  ],
  args: {
    recipe: { type: 'positional', required: true, description: 'YAML file of a recipe' },
    'key=value': {
      type: 'positional',
      valueHint: variadic,
      required: false,
      description: 'settings that replace those of the recipe',
    },
    json: { type: 'boolean', description: 'print JSON' },
    ...commonOptions,
  },
  run: (args) => plan(args._[0]!, args._.slice(1), args.json === true),
});

/** What `--json` prints. */
export interface Plan {
  readonly recipe: string;
  /** Of the recipe; the others have their default settings. */
  readonly method: string;
  readonly batchSize: number;
  /** Bytes that this machine has left for new processes. */
  readonly availableBytes: number;
  readonly methods: readonly MethodPlan[];
  /** Methods that this backbone or this data does not allow, and why. */
  readonly impossible: Readonly<Record<string, string>>;
}

async function plan(recipeFile: string, overrides: readonly string[], json: boolean): Promise<number> {
  const output = createOutput({ json });
  const loaded = loadRecipe(recipeFile, overrides);
  const directory = process.cwd();
  const { registry, problems } = await loadPlugins({ named: loaded.plugins, directory });
  describeProblems(problems).forEach(output.message);
  const recipe = resolveRecipe(loaded, registry);
  const say = (message: string): void => output.message(message);
  const hub = { warn: (message: string) => say(`warning: ${message}`), report: say };
  const locate = (at: readonly string[]): string => loaded.locate(['backbone', ...at]);
  const opened = await openBackbone(recipe.backbone, registry, directory, locate, hub);
  const { threads } = recipe.runtime;
  // Memory is planned for the executor that compiles: it alone knows what it will need.
  const options = { threads: threads === 'auto' ? undefined : threads };
  const { executor } = await startExecutor('onnxruntime', registry.executors.values, say, options);
  try {
    const job = { recipe, recipeFile, registry, opened, directory };
    const task = await openTrainingTask(job, (message) => say(`warning: ${message}`));
    const head = headFor(opened.backbone, task);
    const train = smokeSettings(recipe.train, recipe.smoke);
    const baseBytes = rss().rssBytes;
    const speed = await calibrate(executor);
    const shared = { backbone: opened.backbone, head, task, train, baseBytes, speed };
    const found = await planMethods(shared, recipe, registry);
    const { batchSize } = train;
    const free = availableBytes();
    const about = { recipe: recipeFile, method: recipe.method.name, batchSize, availableBytes: free };
    const answer: Plan = { ...about, ...found };
    show(answer, output);
    return 0;
  } finally {
    await executor.stop();
  }
}

async function planMethods(
  job: Parameters<typeof planMethod>[0],
  recipe: Recipe,
  registry: Registry,
): Promise<Pick<Plan, 'methods' | 'impossible'>> {
  const methods: MethodPlan[] = [];
  const impossible: Record<string, string> = {};
  const { name: chosen, ...settings } = recipe.method;
  for (const provider of registry.methods.values) {
    const own = provider.name === chosen;
    try {
      methods.push(await planMethod(job, provider, own ? settings : provider.settings.parse({})));
    } catch (thrown) {
      if (own || !(thrown instanceof MdpdError)) throw thrown;
      impossible[provider.name] = thrown.message;
    }
  }
  return { methods, impossible };
}

function show(plan: Plan, output: Output): void {
  output.answer(output.json ? toJson(plan) : formatPlan(plan, output.bold));
}

export function formatPlan(
  { recipe, method, methods, impossible, batchSize, availableBytes }: Plan,
  bold: (text: string) => string = (text) => text,
): string {
  const header = ['method', 'trains', 'peak memory', 's a step', 'all steps'];
  const rows = methods.map((each) => [
    each.method === method ? `${each.method} *` : each.method,
    formatCount(each.trainableParameters),
    `${formatBytes(each.peakRssBytes)}${each.peakRssBytes > availableBytes ? ' !' : ''}`,
    formatSignificant(each.secondsPerStep),
    formatDuration(each.totalSeconds),
  ]);
  const steps = methods[0] ? formatCount(methods[0].steps) : '0';
  const tooMuch = methods.some((each) => each.peakRssBytes > availableBytes);
  return [
    bold(`Predicted for ${recipe}: ${steps} steps of ${batchSize} examples.`),
    '',
    formatTable([header, ...rows], '  '),
    '',
    '* as in the recipe; other methods with their default settings. Evaluation takes time besides.',
    ...(tooMuch ? [`! more than the ${formatBytes(availableBytes)} that are free.`] : []),
    ...Object.entries(impossible).map(([name, reason]) => `${name}: not here (${reason})`),
  ].join('\n');
}
