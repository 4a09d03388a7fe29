/** Dotted overrides of a recipe on the command line: `train.epochs=3 data.train=./photos method.fade.train=head`. */
import { parseDocument } from 'yaml';
import { MdpdError } from './errors.ts';

export type Tree = Record<string, unknown>;

export interface Override {
  /** As typed: `train.epochs=3`. */
  readonly text: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Keys that JavaScript objects treat specially: refused everywhere, since no recipe has a use for them. */
export const forbiddenKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/**
 * Parses `key=value`; the value is YAML (a scalar, `[a, b]` or `{a: 1}`).
 * Throws RECIPE_OVERRIDE for another form.
 */
export function parseOverride(text: string): Override {
  const fail = (message: string, fix?: string): never => {
    throw new MdpdError('RECIPE_OVERRIDE', message, {
      place: `override ${text}`,
      allowed: 'key=value or section.key=value, with a YAML value',
      fix,
      exitCode: 2,
    });
  };
  const equals = text.indexOf('=');
  if (equals < 0) return fail(`"${text}" is not an override`, `write ${text}=VALUE`);
  const path = text.slice(0, equals).split('.');
  const odd = path.find((key) => !/^[\w-]+$/.test(key) || forbiddenKeys.includes(key));
  if (odd !== undefined) return fail(`"${odd}" cannot be a key`);
  const document = parseDocument(text.slice(equals + 1), { prettyErrors: false });
  if (document.errors.length + document.warnings.length > 0) {
    return fail('its value is not valid YAML', `quote it: ${text.slice(0, equals)}='"…"'`);
  }
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  if (containsForbiddenKey(value)) return fail('its value has a key that is not allowed in recipes');
  return { text, path, value };
}

/** Whether a forbidden key stands anywhere in the value. */
export function containsForbiddenKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, child]) => forbiddenKeys.includes(key) || containsForbiddenKey(child),
  );
}

/**
 * Applies overrides to a recipe tree, in order. Two of them reach further than their key:
 * `train.steps` takes the place of the file's `train.epochs` (and the reverse), and `method=NAME` changes the
 * name and keeps the settings (those that the other method does not know are dropped when it is resolved).
 * Returns the overrides with the paths that they really set.
 */
export function applyOverrides(tree: Tree, overrides: readonly Override[]): Override[] {
  const applied = overrides.map((override) => {
    const path = isMethodName(override, tree) ? ['method', 'name'] : override.path;
    set(tree, path, override);
    return { ...override, path };
  });
  const given = (key: string): boolean => overrides.some(({ path }) => path.join('.') === `train.${key}`);
  const train = tree['train'];
  if (isTree(train)) {
    if (given('steps') && !given('epochs')) delete train['epochs'];
    if (given('epochs') && !given('steps')) delete train['steps'];
  }
  return applied;
}

/** Whether an override names another method (`method=norm`, `method.name=norm`). */
export function namesMethod(override: Override): boolean {
  const key = override.path.join('.');
  return (key === 'method' || key === 'method.name') && typeof override.value === 'string';
}

function isMethodName(override: Override, tree: Tree): boolean {
  return override.path.length === 1 && namesMethod(override) && isTree(tree['method']);
}

function set(tree: Tree, path: readonly string[], override: Override): void {
  let parent: Tree = tree;
  for (const [depth, key] of path.slice(0, -1).entries()) {
    let child = parent[key];
    if (child === undefined || child === null) child = {};
    else if (depth === 0 && key === 'method' && typeof child === 'string') child = { name: child };
    if (!isTree(child) && !isListWith(child, path[depth + 1]!)) {
      throw new MdpdError(
        'RECIPE_OVERRIDE',
        `"${path.slice(0, depth + 1).join('.')}" is not a mapping in this recipe`,
        {
          place: `override ${override.text}`,
          exitCode: 2,
        },
      );
    }
    parent[key] = child;
    parent = child as Tree;
  }
  parent[path.at(-1)!] = override.value;
}

function isListWith(value: unknown, key: string): boolean {
  return Array.isArray(value) && /^\d+$/.test(key) && Number(key) < value.length;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
