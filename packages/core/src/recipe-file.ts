/** Reads a recipe file, applies overrides from the command line, and knows where every value came from. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';
import { isAlias, isCollection, isMap, isScalar, LineCounter, parseDocument, stringify, visit } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import { MdpdError, messageOf, systemCode } from './errors.ts';
import { nearest } from './nearest.ts';
import { applyOverrides, forbiddenKeys, isTree, namesMethod, parseOverride } from './recipe-overrides.ts';
import type { Override, Tree } from './recipe-overrides.ts';
import type { Recipe } from './recipe.ts';

/** Larger files are not recipes, and the parser takes seconds for a megabyte of short items. */
const maximumBytes = 100_000;
/** How often aliases of one file may be followed: more is an attack, not a recipe. */
const maximumAliases = 100;

/** Keys that lead to a value: `['train', 'learningRate', 'head']`. */
export type RecipePath = readonly PropertyKey[];

/** A recipe file after overrides, not yet checked against any schema. */
export interface LoadedRecipe {
  /** As the user named it. */
  readonly file: string;
  readonly tree: Tree;
  /** The packages under `plugins`, where that key is well-formed: they must be loaded before the rest is checked. */
  readonly plugins: readonly string[] | undefined;
  /** Whether an override named another method than the file. */
  readonly methodReplaced: boolean;
  /** `file:line:column` of the value (or key) at `path`, of what is nearest above it, or `override key=value`. */
  locate(path: RecipePath, part?: 'key' | 'value'): string;
  /** Whether an override set the value at `path`, something above it or something inside it. */
  overridden(path: RecipePath): boolean;
}

/**
 * Reads `file` (YAML, at most 100 kB) and applies `overrides` (`train.epochs=3`).
 * Throws RECIPE_NOT_FOUND, RECIPE_YAML, RECIPE_INVALID or RECIPE_OVERRIDE.
 */
export function loadRecipe(file: string, overrides: readonly string[] = []): LoadedRecipe {
  return parseRecipe(readRecipeText(file), file, overrides);
}

/** `loadRecipe` for text that is already in memory; `file` is its name in messages. */
export function parseRecipe(text: string, file: string, overrides: readonly string[] = []): LoadedRecipe {
  const lines = new LineCounter();
  const document = parseYaml(text, file, lines);
  const parsed = overrides.map(parseOverride);
  const tree = document.toJS({ maxAliasCount: maximumAliases }) as Tree;
  const fileMethod = nameOfMethod(tree);
  const applied = applyOverrides(tree, parsed);
  const plugins = tree['plugins'];
  return {
    file,
    tree,
    plugins: isTextList(plugins) ? plugins : undefined,
    methodReplaced: applied.some(namesMethod) && nameOfMethod(tree) !== fileMethod,
    locate: (at, part = 'value') =>
      locateOverride(at, applied) ?? locateInFile(document, lines, file, at, part),
    overridden: (at) =>
      applied.some(({ path: set }) => set.every((key, i) => i >= at.length || key === String(at[i]))),
  };
}

/**
 * YAML text of a resolved recipe, which loads and resolves to the same again.
 * `comment` becomes the head of the file.
 */
export function stringifyRecipe(recipe: Recipe, comment?: string): string {
  const head = comment === undefined ? '' : comment.replace(/^/gm, '# ').replace(/ +$/gm, '') + '\n';
  return head + stringify(recipe, { lineWidth: 0, aliasDuplicateObjects: false });
}

function readRecipeText(file: string): string {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const status = fstatSync(handle);
    if (status.isDirectory()) throw notFound(file, `${file} is a folder, not a recipe`);
    if (status.size > maximumBytes) throw tooLarge(file, `${status.size} bytes`);
    // Read at most one byte more than allowed: pipes and devices report no size.
    const buffer = Buffer.alloc(maximumBytes + 1);
    let length = 0;
    for (let got = 1; got > 0 && length < buffer.length; length += got) {
      got = readSync(handle, buffer, length, buffer.length - length, null);
    }
    if (length > maximumBytes) throw tooLarge(file, 'more');
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
  } catch (thrown) {
    if (thrown instanceof MdpdError) throw thrown;
    const code = systemCode(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw notFound(file, `there is no file ${file}`);
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new MdpdError('RECIPE_YAML', 'the file is not UTF-8 text', { place: file, exitCode: 2 });
    }
    throw new MdpdError('RECIPE_NOT_FOUND', `cannot be read: ${messageOf(thrown)}`, {
      place: file,
      exitCode: 2,
    });
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function tooLarge(file: string, found: string): MdpdError {
  return new MdpdError('RECIPE_INVALID', `the file has ${found}`, {
    place: file,
    allowed: `at most ${maximumBytes} bytes`,
    exitCode: 2,
  });
}

function notFound(file: string, message: string): MdpdError {
  const known = recipesNear(file);
  const byPath = nearest(file, known);
  const name = byPath ?? known.find((each) => path.parse(each).name === path.parse(file).name);
  return new MdpdError('RECIPE_NOT_FOUND', message, {
    allowed: known.length > 0 ? known : 'the path of a YAML file',
    fix: name === undefined ? undefined : `did you mean "${name}"?`,
    exitCode: 2,
  });
}

/** Recipes in the folder that was named (or in the named folder) and under ./configs: at most 20. */
function recipesNear(file: string): string[] {
  const found = new Set<string>();
  const search = (folder: string, depth: number): void => {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, 200)) {
      if (found.size >= 20) return;
      const each = path.join(folder, entry.name);
      if (entry.isDirectory() && depth > 0) search(each, depth - 1);
      else if (entry.isFile() && /\.ya?ml$/.test(entry.name)) found.add(each);
    }
  };
  search(existsSync(file) ? file : path.dirname(file), 0);
  search('configs', 2);
  return [...found];
}

function parseYaml(text: string, file: string, lines: LineCounter): Document {
  const fail = (message: string, offset?: number): never => {
    const at = offset === undefined ? file : `${file}:${placeOf(lines, offset)}`;
    throw new MdpdError('RECIPE_YAML', message, { place: at, exitCode: 2 });
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  } catch (thrown) {
    return fail(messageOf(thrown));
  }
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) {
    const deep = problem.message.includes('call stack');
    return fail(deep ? 'nested too deeply' : problem.message, problem.pos[0]);
  }
  if (document.contents === null) return fail('the file is empty', 0);
  if (!isMap(document.contents))
    return fail('the file is not a mapping of keys to values', document.contents.range?.[0]);
  refuseOddKeys(document, fail);
  try {
    document.toJS({ maxAliasCount: maximumAliases });
  } catch (thrown) {
    return fail(messageOf(thrown), unresolvedAlias(document));
  }
  return document;
}

/** Where the first alias without an anchor stands; of many aliases only the first are looked at. */
function unresolvedAlias(document: Document): number | undefined {
  let offset: number | undefined;
  let seen = 0;
  visit(document, {
    Alias(_, alias) {
      if (++seen > maximumAliases) return visit.BREAK;
      if (alias.resolve(document)) return undefined;
      offset = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return offset;
}

/** Keys must be plain text, and not one of those that JavaScript objects treat specially. */
function refuseOddKeys(document: Document, fail: (message: string, offset?: number) => never): void {
  visit(document, {
    Pair(_, { key }: Pair) {
      const offset = (key as Node | null)?.range?.[0];
      const name = isScalar(key) ? key.value : undefined;
      if (isCollection(key) || isAlias(key) || name === null) fail('a key must be text', offset);
      if (forbiddenKeys.includes(String(name))) fail(`the key "${String(name)}" is not allowed`, offset);
    },
  });
}

function placeOf(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}

/** The last override that set the value at `at` or something above it. */
function locateOverride(at: RecipePath, overrides: readonly Override[]): string | undefined {
  const touches = ({ path: set }: Override): boolean => set.every((key, depth) => String(at[depth]) === key);
  const found = overrides.findLast((each) => each.path.length <= at.length && touches(each));
  return found === undefined ? undefined : `override ${found.text}`;
}

function locateInFile(
  document: Document,
  lines: LineCounter,
  file: string,
  at: RecipePath,
  part: 'key' | 'value',
): string {
  let offset = 0;
  let node: unknown = document.contents;
  for (const [depth, key] of at.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isCollection(node)) break;
    const pair = isMap(node)
      ? node.items.find((each) => isScalar(each.key) && String(each.key.value) === String(key))
      : undefined;
    const child = pair ? pair.value : node.get(key, true);
    const last = depth === at.length - 1;
    const place =
      pair && (part === 'key' || !last || !child) ? (pair.key as Node) : (child as Node | undefined);
    if (!place?.range) break;
    offset = place.range[0];
    node = child;
  }
  return `${file}:${placeOf(lines, offset)}`;
}

function nameOfMethod(tree: Tree): unknown {
  const method = tree['method'];
  return isTree(method) ? method['name'] : method;
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
