/** Finds, loads and registers plugins: packages with the keyword `mdpd-plugin`, or those that a recipe names. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  createRegistry,
  didYouMean,
  isPlugin,
  MdpdError,
  messageOf,
  type Plugin,
  type Registry,
} from '@mdpd/core';
import { checkCore, coreRangeOf, type CoreRange } from './core-version.ts';
import { packageEntry, type PackageJson } from './package-entry.ts';

export const pluginKeyword = 'mdpd-plugin';

/** A package (or file) that may be loaded as a plugin. */
export interface PluginPackage {
  readonly name: string;
  readonly version: string;
  /** Real folder, links resolved; of a single file, the folder it stands in. */
  readonly folder: string;
  readonly entry: string;
  /** Whether the command itself depends on it: always loaded. */
  readonly own: boolean;
  /** What it was found or named by. */
  readonly why: PluginReason;
  /** Versions of @mdpd/core that it was built for, where it says so. */
  readonly core?: string;
}

/** A dependency of the command, named in the recipe, or installed with the keyword where nothing is named. */
export type PluginReason = 'own dependency' | 'recipe' | 'keyword';

export interface PluginProblem {
  readonly name: string;
  readonly reason: string;
}

export interface LoadedPlugins {
  readonly registry: Registry;
  readonly packages: readonly PluginPackage[];
  /** Packages that could not be loaded; the others work without them. */
  readonly problems: readonly PluginProblem[];
}

export interface PluginOptions {
  /** Packages (or `./files`) named in the recipe; undefined: every installed plugin. */
  readonly named?: readonly string[];
  /** Working directory of the command. */
  readonly directory?: string;
  /** Folder of the command itself. */
  readonly home?: string;
}

const ownFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** Larger package.json files are not read. */
const maximumManifestBytes = 1_000_000;

/**
 * Loads plugins. Without names, one that throws while it is loaded is reported among `problems`.
 * Throws PLUGIN_NOT_FOUND, PLUGIN_VERSION and PLUGIN_FAILED for named ones, and PLUGIN_CONFLICT.
 */
export async function loadPlugins(options: PluginOptions = {}): Promise<LoadedPlugins> {
  const { named, directory = process.cwd(), home = ownFolder } = options;
  const installed = findPlugins(directory, home);
  const wanted = named === undefined ? installed : choosePlugins(named, installed, directory);
  const plugins: Plugin[] = [];
  const packages: PluginPackage[] = [];
  const problems: PluginProblem[] = [];
  for (const each of wanted) {
    try {
      checkCore(each.name, each.core);
      plugins.push(await importPlugin(each));
      packages.push(each);
    } catch (thrown) {
      if (named?.includes(each.name)) throw failed(each, thrown);
      problems.push({ name: each.name, reason: reasonOf(thrown) });
    }
  }
  return { registry: createRegistry(plugins), packages, problems };
}

/** What went wrong, and what to do where that is known. */
function reasonOf(thrown: unknown): string {
  const fix = thrown instanceof MdpdError && thrown.fix !== undefined ? ` (${thrown.fix})` : '';
  return `${messageOf(thrown)}${fix}`;
}

/** One line for each plugin that could not be loaded. */
export function describeProblems(problems: readonly PluginProblem[]): string[] {
  return problems.map(
    ({ name, reason }) => `warning: plugin ${name} could not be loaded: ${reason.split('\n')[0]}`,
  );
}

/**
 * Packages with the keyword: `directory`, `home` and every folder above them, and what is in their `node_modules`,
 * nearest first. Links (workspaces) count once, by their real folder; of several packages with one name the nearest
 * counts.
 */
export function findPlugins(directory: string, home: string): PluginPackage[] {
  const own = dependenciesOf(home);
  const found = new Map<string, PluginPackage>();
  const folders = new Set<string>();
  for (const above of [...foldersAbove(directory), ...foldersAbove(home)]) {
    for (const folder of [above, ...packageFolders(path.join(above, 'node_modules'))]) {
      const real = realFolder(folder);
      if (real === undefined || folders.has(real)) continue;
      folders.add(real);
      const manifest = readManifest(real);
      if (!manifest?.keywords?.includes(pluginKeyword) || found.has(manifest.name)) continue;
      const entry = packageEntry(real, manifest) ?? path.join(real, 'index.js');
      const { name, version = '' } = manifest;
      const isOwn = own.includes(name);
      const why = isOwn ? 'own dependency' : 'keyword';
      found.set(name, { name, version, folder: real, entry, own: isOwn, why, core: coreRangeOf(manifest) });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The command's own plugins and those that the recipe names, by package name or by path. */
function choosePlugins(
  named: readonly string[],
  installed: readonly PluginPackage[],
  directory: string,
): PluginPackage[] {
  const chosen = new Map(installed.filter(({ own }) => own).map((each) => [each.entry, each]));
  for (const name of named) {
    const isPath = /^\.{0,2}\//.test(name) || path.isAbsolute(name);
    const file = isPath ? path.resolve(directory, name) : undefined;
    const found = file ? fileAsPlugin(name, file) : installed.find((each) => each.name === name);
    if (!found) throw notFound(name, installed);
    if (!found.own) chosen.set(found.entry, { ...found, why: 'recipe' });
  }
  return [...chosen.values()];
}

function fileAsPlugin(name: string, file: string): PluginPackage | undefined {
  if (!existsSync(file)) return undefined;
  return { name, version: '', folder: path.dirname(file), entry: file, own: false, why: 'recipe' };
}

function notFound(name: string, installed: readonly PluginPackage[]): MdpdError {
  const names = installed.map((each) => each.name);
  return new MdpdError('PLUGIN_NOT_FOUND', `there is no plugin "${name}"`, {
    place: 'plugins in the recipe',
    allowed: [...names, './path/to/a/file.js'],
    fix:
      didYouMean(name, names) ?? `npm install ${name}; its package.json needs the keyword "${pluginKeyword}"`,
    exitCode: 2,
  });
}

function failed({ name, entry }: PluginPackage, thrown: unknown): MdpdError {
  if (thrown instanceof MdpdError && thrown.code === 'PLUGIN_VERSION') return thrown;
  return new MdpdError('PLUGIN_FAILED', `plugin "${name}" could not be loaded: ${messageOf(thrown)}`, {
    place: entry,
    cause: thrown,
    exitCode: 2,
  });
}

async function importPlugin({ entry }: PluginPackage): Promise<Plugin> {
  const module = (await import(pathToFileURL(entry).href)) as { default?: unknown };
  if (isPlugin(module.default)) return module.default;
  throw new Error(`the default export of ${entry} is not the result of definePlugin`);
}

/** `folder` and every folder above it, nearest first. */
function foldersAbove(folder: string): string[] {
  const found: string[] = [];
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    found.push(at);
    if (at === path.dirname(at)) return found;
  }
}

/** Packages of one `node_modules`, scoped ones included; none where the folder cannot be read. */
function packageFolders(modules: string): string[] {
  const list = (folder: string): string[] => {
    try {
      return readdirSync(folder).filter((name) => !name.startsWith('.'));
    } catch {
      return [];
    }
  };
  return list(modules).flatMap((name) => {
    const folder = path.join(modules, name);
    return name.startsWith('@') ? list(folder).map((inner) => path.join(folder, inner)) : [folder];
  });
}

function realFolder(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}

/** package.json of a folder; undefined where it is missing or broken: foreign packages are none of our business. */
function readManifest(folder: string): (PackageJson & CoreRange) | undefined {
  try {
    const text = readFileSync(path.join(folder, 'package.json'), 'utf8');
    // A cheap look first: thousands of packages are not plugins.
    if (text.length > maximumManifestBytes || !text.includes(`"${pluginKeyword}"`)) return undefined;
    const manifest = JSON.parse(text) as Partial<PackageJson>;
    const usable = typeof manifest.name === 'string' && Array.isArray(manifest.keywords);
    return usable ? (manifest as PackageJson & CoreRange) : undefined;
  } catch {
    return undefined;
  }
}

function dependenciesOf(home: string): string[] {
  try {
    const manifest = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    return Object.keys(manifest.dependencies ?? {});
  } catch {
    return [];
  }
}
