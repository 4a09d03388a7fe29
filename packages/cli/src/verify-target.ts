/** Checks a run or a model, one thing after the other: what `mdpd verify` does. A check that fails ends none of the others. */
import path from 'node:path';
import { MdpdError, type LoadedRecipe, type Registry } from '@mdpd/core';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { openFolder, type OpenedBackbone } from './backbone-reference.ts';
import { evaluateTarget } from './evaluate-target.ts';
import { labelsOf, namesOfHeads } from './initial-parameters.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import { runFiles } from './run-folder.ts';
import { openRunnable } from './runnable.ts';
import { savedHead } from './saved-head.ts';
import { findTarget, recipeOf, runOf, type FinishedRun, type Target } from './target.ts';
import { recipeFor } from './target-recipe.ts';
import { headFor } from './task-head.ts';
import { note, type Listener } from './train-event.ts';
import { verifyCard } from './verify-card.ts';
import { checkOf, failedCheck, guarded, leftOut, ok, type Check } from './verify-check.ts';
import { verifyFiles } from './verify-files.ts';
import { verifyMetric } from './verify-metric.ts';
import { verifyConfig, verifyRecipe } from './verify-recipe.ts';
import { verifyNumbers, verifyOwnFile } from './verify-weights.ts';

export interface VerifyRequest {
  /** Folder of a run or of a model, or a model of a plugin. */
  readonly name: string;
  /** Whether the model is evaluated too. */
  readonly evaluate: boolean;
  /** Only the first test examples. */
  readonly limit: number | undefined;
  /** Undefined: that of the run. */
  readonly executor: string | undefined;
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
  readonly listener: Listener;
}

/** What `mdpd verify --json` prints. */
export interface Verification {
  /** As it was named. */
  readonly target: string;
  /** Whether no check failed. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/**
 * Throws TARGET_NOT_FOUND, RUN_UNFINISHED, RESULT_INVALID and INTERRUPTED: there is nothing to check, or no time.
 * Everything else that is wrong is in a check.
 */
export async function verifyTarget(request: VerifyRequest): Promise<Verification> {
  const run = runOf(path.resolve(request.directory, request.name));
  const checks = run ? await verifyRun(request, run) : await verifyModel(request);
  return { target: request.name, ok: checks.every(({ status }) => status !== 'FAILED'), checks };
}

async function verifyRun(request: VerifyRequest, run: FinishedRun): Promise<Check[]> {
  const files = await guarded('files', () => verifyFiles(run.folder, run.result));
  let loaded: LoadedRecipe;
  try {
    loaded = recipeOf(run);
  } catch (thrown) {
    return [
      ...files,
      failedCheck('recipe', thrown),
      leftOut('model', 'without a recipe it cannot be opened'),
    ];
  }
  const registry = await registryFor(request, loaded.plugins, run.directory);
  const recipe = await guarded('recipe', () => verifyRecipe(loaded, registry, run.result));
  return [...files, ...recipe, ...(await verifyInside(request, run, registry))];
}

async function registryFor(
  { listener }: VerifyRequest,
  named: readonly string[] | undefined,
  directory: string,
): Promise<Registry> {
  const { registry, problems } = await loadPlugins({ named, directory });
  describeProblems(problems).forEach((message) => listener(note(message)));
  return registry;
}

/** The model, or the side network, of a run. */
async function verifyInside(request: VerifyRequest, run: FinishedRun, registry: Registry): Promise<Check[]> {
  let target: Target;
  try {
    target = findTarget(run.folder, registry, request.directory);
  } catch (thrown) {
    return [failedCheck('model', thrown)];
  }
  const parts =
    target.kind === 'model'
      ? await verifyFaded(target.folder, run, registry)
      : await verifySide(target, registry, request);
  return [...parts, ...(await verifyEvaluation(request, run))];
}

async function verifyFaded(folder: string, run: FinishedRun, registry: Registry): Promise<Check[]> {
  let opened: OpenedBackbone;
  try {
    opened = openFolder(folder, folder, registry);
  } catch (thrown) {
    return [
      failedCheck('config', thrown),
      leftOut('card', 'without config.json nothing tells what it is of'),
    ];
  }
  const { backbone, provider } = opened;
  const described = savedHead(backbone);
  const head = described && backbone.head(described.kind, described.outputs);
  const about = { folder, architecture: head?.architecture ?? '', kind: described?.kind ?? 'classification' };
  const card = await guarded('card', () => verifyCard(about, run.recipeFile, run.result));
  const specs = [...backbone.parameters, ...(head?.parameters ?? [])];
  return [
    ...(await guarded('config', () => {
      const expected = head && provider.savedConfig(backbone, head, labelsOf(backbone.config) ?? []);
      const { config } = backbone;
      return verifyConfig({ config, folder, architecture: head?.architecture, expected }, run.result);
    })),
    ...(await guarded('weights', () => verifyOwnFile(path.join(folder, 'model.safetensors'), specs))),
    ...card,
  ];
}

/** Its tensors depend on the method of the recipe, which says so when it reads them. */
async function verifySide(
  target: Target,
  registry: Registry,
  { directory }: VerifyRequest,
): Promise<Check[]> {
  return [
    ...(await guarded('weights', () =>
      verifyOwnFile(path.join(target.folder, 'side.safetensors'), undefined),
    )),
    ...(await guarded('method', async () => {
      const named = { recipe: undefined, overrides: [], directory };
      const { recipe, directory: at } = recipeFor(target, named, registry);
      const options = { registry, recipe, directory: at, splits: [], withData: false, warn: () => {} };
      await openRunnable(target, options);
      return [ok('method', `the side network is that of method ${recipe.method.name}`)];
    })),
  ];
}

async function verifyEvaluation(request: VerifyRequest, run: FinishedRun): Promise<Check[]> {
  if (!request.evaluate) return [leftOut('metric', 'not evaluated, as asked')];
  return guarded('metric', async () => {
    const { limit, executor, directory, signal, listener } = request;
    const about = { recipe: undefined, overrides: [], split: 'test' } as const;
    const asked = { ...about, name: run.folder, limit, executor, directory, signal, listener };
    return verifyMetric(await evaluateTarget(asked), run.result);
  });
}

/** A model folder from anywhere: as far as it says what it is. */
async function verifyModel(request: VerifyRequest): Promise<Check[]> {
  const registry = await registryFor(request, undefined, request.directory);
  const { folder, name } = findTarget(request.name, registry, request.directory);
  const unknown = 'no hashes are recorded: this is a model without the folder of its run';
  const left = [leftOut('files', unknown)];
  let opened: OpenedBackbone;
  try {
    opened = openFolder(folder, name, registry);
  } catch (thrown) {
    return [...left, failedCheck('config', thrown)];
  }
  const { backbone } = opened;
  const described = savedHead(backbone);
  const { config } = backbone;
  const about = { config, folder, architecture: undefined, expected: undefined };
  return [
    ...left,
    ...(await guarded('config', () => verifyConfig(about, undefined))),
    ...(await guarded('weights', async () => {
      const head = described && headFor(backbone, { name: 'of config.json', head: described });
      const specs = [...backbone.parameters, ...(head?.parameters ?? [])];
      const { missing, ignored } = await loadParameters(folder, specs, opened.provider.canonicalName, {
        allowed: head ? [] : namesOfHeads(backbone),
      });
      const wanting = missing.map((each) => new MdpdError('VERIFY_TENSORS', `the tensor ${each} is missing`));
      const besides =
        ignored.length > 0 ? `; ${ignored.length} others are not read: ${ignored.join(', ')}` : '';
      const what = head ? `backbone and head (${head.architecture})` : 'a backbone without a head';
      return checkOf('weights', wanting, `${specs.length} tensors, names and shapes of ${what}${besides}`);
    })),
    ...(await guarded('numbers', () => verifyNumbers(folder))),
    leftOut('metric', `there is no ${runFiles.result}: nothing says what evaluate should give`),
  ];
}
