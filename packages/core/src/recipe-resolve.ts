/** Checks a loaded recipe against the shared schema and those of its task and method; writes out every default. */
import type { z } from 'zod';
import { MdpdError } from './errors.ts';
import type { LoadedRecipe } from './recipe-file.ts';
import { isTree, type Tree } from './recipe-overrides.ts';
import { recipeSchema, type Recipe } from './recipe.ts';
import type { Registry } from './registry.ts';
import { keyPaths, keysAt, meantKey, wordsAt } from './schema-words.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** One thing that is wrong with a recipe. */
interface Problem {
  readonly code: string;
  readonly place: string;
  readonly message: string;
  readonly allowed?: string;
  readonly fix?: string;
}

/** A schema and the part of the recipe that it checks. */
interface Part {
  readonly schema: z.ZodType;
  readonly prefix: readonly string[];
  readonly value: unknown;
}

/** Lines of a message that lists several problems. */
const maximumProblems = 10;

/**
 * The fully resolved recipe: `data` as the task's schema gives it, `method` as the method's, every default written
 * out. Where an override named another method, settings in the file that this method does not know are dropped.
 * Throws RECIPE_UNKNOWN_KEY, RECIPE_INVALID, UNKNOWN_TASK, UNKNOWN_METHOD or UNKNOWN_EXECUTOR; several problems are
 * listed in one error.
 */
export function resolveRecipe(loaded: LoadedRecipe, registry: Registry): Recipe {
  const problems: Problem[] = [];
  const parts: Part[] = [{ schema: recipeSchema, prefix: [], value: loaded.tree }];
  const task = look(problems, loaded, ['task'], (name, place) => registry.tasks.get(name, place));
  const method = look(problems, loaded, methodPath(loaded), (name, place) =>
    registry.methods.get(name, place),
  );
  const executor = loaded.tree['executor'];
  if (executor !== undefined && executor !== 'auto') {
    look(problems, loaded, ['executor'], (name, place) => registry.executors.get(name, place));
  }
  if (task) parts.push({ schema: task.dataSchema, prefix: ['data'], value: loaded.tree['data'] ?? {} });
  if (method)
    parts.push({ schema: method.settings, prefix: ['method'], value: settingsOf(loaded, method.settings) });

  const [shared, data, settings] = check(parts, loaded, problems);
  if (problems.length > 0) throw combine(problems, loaded);
  const recipe = shared as z.infer<typeof recipeSchema>;
  return {
    ...recipe,
    data: data as Record<string, unknown>,
    method: { name: method!.name, ...(settings as Record<string, unknown>) },
  };
}

function check(parts: readonly Part[], loaded: LoadedRecipe, problems: Problem[]): unknown[] {
  const elsewhere = parts.flatMap(({ schema, prefix }) => keyPaths(schema, prefix));
  return parts.map((part) => {
    const result = part.schema.safeParse(part.value);
    if (result.success) return result.data;
    for (const issue of result.error.issues.flatMap((each) => plainIssues(each, []))) {
      // What a more specific part checks as well is explained there.
      const others = parts.filter(({ prefix }) => prefix.length > part.prefix.length);
      if (others.some(({ prefix }) => prefix.every((key, depth) => key === issue.path[depth]))) continue;
      problems.push(...explain(issue, part, loaded, elsewhere));
    }
    return undefined;
  });
}

/** Looks a name up where it is text; what is not text is left to the schema. */
function look<T>(
  problems: Problem[],
  loaded: LoadedRecipe,
  path: Path,
  get: (name: string, place: string) => T,
): T | undefined {
  const name = path.reduce<unknown>(
    (tree, key) => (isTree(tree) ? tree[String(key)] : undefined),
    loaded.tree,
  );
  if (typeof name !== 'string') return undefined;
  const place = loaded.locate(path);
  try {
    return get(name, place);
  } catch (thrown) {
    if (!(thrown instanceof MdpdError)) throw thrown;
    const { code, message, fix } = thrown;
    const allowed = path[0] === 'executor' ? `auto, ${thrown.allowed}` : thrown.allowed;
    problems.push({ code, message, place, allowed, fix });
    return undefined;
  }
}

function methodPath(loaded: LoadedRecipe): string[] {
  return isTree(loaded.tree['method']) ? ['method', 'name'] : ['method'];
}

/** The method's settings without its name, and without those of another method that an override replaced. */
function settingsOf(loaded: LoadedRecipe, schema: z.ZodType): Tree {
  const method = loaded.tree['method'];
  if (!isTree(method)) return {};
  const settings = structuredClone(method);
  delete settings['name'];
  if (!loaded.methodReplaced) return settings;
  const result = schema.safeParse(settings);
  for (const issue of result.success ? [] : result.error.issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const parent = issue.path.reduce<unknown>(
      (tree, key) => (isTree(tree) ? tree[String(key)] : undefined),
      settings,
    );
    for (const key of issue.keys) {
      const typed = loaded.overridden(['method', ...issue.path, key]);
      if (isTree(parent) && !typed) Reflect.deleteProperty(parent, key);
    }
  }
  return settings;
}

/** Issues without unions: of a union, the branch that fits best (whose own type is right), else the union itself. */
function plainIssues(issue: Issue, above: Path): Issue[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union') {
    const fitting = issue.errors.find(
      (errors) => !errors.some((each) => each.path.length === 0 && isTypeIssue(each)),
    );
    if (fitting) return fitting.flatMap((each) => plainIssues(each, path));
  }
  return [{ ...issue, path }];
}

function isTypeIssue(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function explain(issue: Issue, part: Part, loaded: LoadedRecipe, elsewhere: readonly string[]): Problem[] {
  const path = [...part.prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], issue.path, part, loaded, elsewhere));
  }
  const name = path.join('.') || 'the recipe';
  const value = issue.path.reduce<unknown>(
    (tree, key) => (typeof tree === 'object' && tree !== null ? (tree as Tree)[String(key)] : undefined),
    part.value,
  );
  const allowed = wordsAt(part.schema, issue.path);
  if (issue.code === 'custom') {
    return [{ code: 'RECIPE_INVALID', place: loaded.locate(path), message: `${name}: ${issue.message}` }];
  }
  const message = value === undefined ? `${name} is missing` : `${name} is ${show(value)}`;
  return [{ code: 'RECIPE_INVALID', place: loaded.locate(path), message, allowed: allowed || issue.message }];
}

function unknownKey(
  path: Path,
  parent: Path,
  part: Part,
  loaded: LoadedRecipe,
  elsewhere: readonly string[],
): Problem {
  const siblings = keysAt(part.schema, parent);
  const meant = meantKey(String(path.at(-1)), siblings, elsewhere);
  return {
    code: 'RECIPE_UNKNOWN_KEY',
    place: loaded.locate(path, 'key'),
    message: `there is no key "${path.join('.')}"`,
    allowed: siblings.length > 0 ? siblings.join(', ') : 'no keys here',
    fix: meant === undefined ? undefined : `did you mean "${meant}"?`,
  };
}

/** A value as one short line. */
function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function combine(problems: readonly Problem[], loaded: LoadedRecipe): MdpdError {
  const [first] = problems;
  if (problems.length === 1) {
    const { place, allowed, fix } = first!;
    return new MdpdError(first!.code, first!.message, { place, allowed, fix, exitCode: 2 });
  }
  const same = problems.every(({ code }) => code === first!.code);
  const lines = problems.slice(0, maximumProblems).map(({ place, message, allowed, fix }) => {
    return `  ${[`${place}: ${message}`, allowed && `allowed: ${allowed}`, fix].filter(Boolean).join('; ')}`;
  });
  if (problems.length > maximumProblems) lines.push(`  … and ${problems.length - maximumProblems} more`);
  return new MdpdError(
    same ? first!.code : 'RECIPE_INVALID',
    [`${problems.length} problems:`, ...lines].join('\n  '),
    {
      place: loaded.file,
      exitCode: 2,
    },
  );
}
