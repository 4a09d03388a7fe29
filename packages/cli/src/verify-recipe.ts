/** Whether recipe.yaml, result.json and the model's config.json speak of the same run. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { MdpdError } from '@mdpd/core';
import {
  resolveRecipe,
  type JsonObject,
  type JsonValue,
  type LoadedRecipe,
  type Recipe,
  type Registry,
} from '@mdpd/core';
import { smokeSettings } from './smoke.ts';
import type { Result } from '@mdpd/report/result';
import { checkOf, problem, type Check } from './verify-check.ts';

const again = 'get the run again from where it came from, or train it again';

/** recipe.yaml parses, resolves with what is installed, and says what result.json says. */
export function verifyRecipe(loaded: LoadedRecipe, registry: Registry, result: Result): Check[] {
  const recipe = resolveRecipe(loaded, registry);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['task', recipe.task, result.task],
    ['backbone', backboneName(recipe, registry), result.backbone],
    ['method', recipe.method.name, result.method],
    ['train.seed', recipe.train.seed, result.seed],
    ['smoke', recipe.smoke, result.smoke],
    ...(recipe.executor === 'auto' ? [] : [['executor', recipe.executor, result.executor] as const]),
    ...steps(recipe, result),
  ];
  const problems = pairs
    .filter(([, own, recorded]) => !isDeepStrictEqual(own, recorded))
    .map(([key, own, recorded]) =>
      problem(
        'VERIFY_RECIPE',
        `recipe.yaml says ${key} ${JSON.stringify(own)}, result.json ${JSON.stringify(recorded)}`,
        again,
        loaded.locate(key.split('.')),
      ),
    );
  const about = `${recipe.task}, ${result.backbone}, ${recipe.method.name}, seed ${recipe.train.seed}`;
  return checkOf('recipe', problems, `recipe.yaml resolves, and is that of result.json: ${about}`);
}

/** How result.json names the backbone of a recipe. */
function backboneName({ backbone }: Recipe, registry: Registry): string {
  if (typeof backbone !== 'string') return `fresh ${registry.backbones.get(backbone.family).name}`;
  return /^hub:/.test(backbone) ? backbone.replace(/@.*$/, '') : backbone;
}

/** Where the recipe counts epochs, the steps depend on the data. */
function steps({ train, smoke }: Recipe, result: Result): (readonly [string, unknown, unknown])[] {
  const { steps: expected } = smokeSettings(train, smoke);
  return expected === undefined ? [] : [['train.steps', expected, result.steps]];
}

/** What config.json says of itself beside the architecture. */
interface SavedConfig {
  readonly config: JsonObject;
  readonly folder: string;
  /** Hugging Face class of backbone and head. */
  readonly architecture: string | undefined;
  /** What the backbone would save for this model now. */
  readonly expected: JsonObject | undefined;
}

/** config.json names the run's task and the class of its backbone and head, and nothing that runs code. */
export function verifyConfig(saved: SavedConfig, result: Result | undefined): Check[] {
  const { config, folder, architecture, expected } = saved;
  const place = path.join(folder, 'config.json');
  const problems: MdpdError[] = [];
  const differ = (what: string, found: unknown, wanted: unknown): void => {
    const message = `config.json says ${what} ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`;
    problems.push(problem('VERIFY_CONFIG', message, again, place));
  };
  const task = ownTask(config);
  if (result && task !== result.task) differ('mdpd.task', task, result.task);
  const named = Array.isArray(config['architectures']) ? config['architectures'][0] : undefined;
  if (result && architecture !== undefined && named !== architecture)
    differ('architectures', named, architecture);
  for (const [key, value] of Object.entries(expected ?? {}))
    if (key !== 'mdpd' && !isDeepStrictEqual(config[key], value)) differ(key, config[key], value);
  if ('auto_map' in config) {
    const message = 'config.json has auto_map: with trust_remote_code Python would run code of the folder';
    problems.push(problem('VERIFY_CONFIG', message, 'remove the key: mdpd never writes it', place));
  }
  return checkOf('config', problems, `config.json: ${architecture ?? String(named ?? 'a backbone')}`);
}

function ownTask(config: JsonObject): JsonValue | undefined {
  const own = config['mdpd'];
  return typeof own === 'object' && own !== null && !Array.isArray(own) ? own['task'] : undefined;
}
