/** `mdpd list` */
import { isAbsolute, relative } from 'node:path';
import { loadRecipe, type Registry, type Shelf } from '@mdpd/core';
import { command } from './command.ts';
import { commonOptions } from './command-line.ts';
import { formatList } from '@mdpd/report/format';
import { createOutput, toJson } from './output.ts';
import { describeProblems, loadPlugins, type LoadedPlugins, type PluginPackage } from './plugins.ts';

/** One thing that is installed. */
export interface Listed {
  readonly name: string;
  readonly description: string;
  /** Package that it comes from. */
  readonly plugin: string;
  /** Splits of a source, model types of a backbone, folder of a model. */
  readonly details?: string;
  /** Packages whose thing of this name it stands for. */
  readonly replaces?: readonly string[];
}

export type Listing = Readonly<Record<string, readonly Listed[]>>;

export default command({
  name: 'list',
  description: 'Show what is installed, and which package each comes from.',
  examples: ['mdpd list', 'mdpd list --why', 'mdpd list --recipe recipe.yaml --why', 'mdpd list --json'],
  args: {
    why: {
      type: 'boolean',
      description: 'show every package that was loaded: version, folder, and what it was found by',
    },
    recipe: { type: 'string', valueHint: 'file', description: 'what this recipe would load' },
    json: { type: 'boolean', description: 'print JSON' },
    ...commonOptions,
  },
  run: async (args) => {
    const output = createOutput({ json: args.json === true });
    const named = args.recipe === undefined ? undefined : loadRecipe(args.recipe).plugins;
    const loaded = await loadPlugins({ named });
    describeProblems(loaded.problems).forEach(output.message);
    const listing = listAll(loaded.registry);
    if (output.json) output.answer(toJson(args.why ? { ...listing, ...listPackages(loaded) } : listing));
    else {
      const why = args.why ? `\n\n${formatPackages(loaded, output.bold)}` : '';
      output.answer(formatListing(listing, output.bold) + why);
    }
    return 0;
  },
});

/** What `--why --json` adds. */
function listPackages({ packages, problems }: LoadedPlugins): object {
  const shown = packages.map(({ name, version, folder, why }) => ({ name, version, folder, why }));
  return { packages: shown, problems };
}

const reasons: Readonly<Record<PluginPackage['why'], string>> = {
  'own dependency': 'the command depends on it',
  recipe: 'the recipe names it under `plugins`',
  keyword: 'installed, with the keyword mdpd-plugin',
};

export function formatPackages(
  { packages, problems }: Pick<LoadedPlugins, 'packages' | 'problems'>,
  bold: (text: string) => string = (text) => text,
): string {
  const rows = [
    ...packages.map(({ name, version, folder, why }) => [
      name,
      `${version === '' ? 'a file' : version}: ${reasons[why]} [${shorter(folder, process.cwd())}]`,
    ]),
    ...problems.map(({ name, reason }) => [name, `could not be loaded: ${reason.split('\n')[0]}`]),
  ] as [string, string][];
  return `${bold('packages')}\n${formatList(rows)}`;
}

export function listAll(registry: Registry, directory: string = process.cwd()): Listing {
  return {
    tasks: entries(registry.tasks),
    backbones: entries(registry.backbones, ({ modelTypes }) => `model_type ${modelTypes.join(', ')}`),
    models: entries(registry.models, ({ folder }) => shorter(folder, directory)),
    methods: entries(registry.methods),
    sources: entries(registry.sources, splitsOf),
    textSources: entries(registry.textSources, splitsOf),
    folderSources: entries(registry.folderSources),
    executors: entries(registry.executors),
    reporters: entries(registry.reporters),
    metrics: entries(
      registry.metrics,
      ({ tasks, heads }) => [...(tasks ?? []), ...(heads ?? [])].join(', ') || 'every task',
    ),
  };
}

function splitsOf({ splits }: { readonly splits: Readonly<Record<string, number | undefined>> }): string {
  return Object.entries(splits)
    .map(([name, size]) => `${name}${size === undefined ? '' : ` ${size}`}`)
    .join(', ');
}

/** `textSources` in words. */
const inWords = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function entries<T extends { readonly name: string; readonly description: string }>(
  shelf: Shelf<T>,
  details?: (value: T) => string,
): Listed[] {
  return shelf.entries.map(({ plugin, value, replaced }) => {
    const { name, description } = value;
    return {
      name,
      description,
      plugin,
      ...(details ? { details: details(value) } : {}),
      ...(replaced.length > 0 ? { replaces: replaced } : {}),
    };
  });
}

function shorter(folder: string, directory: string): string {
  const path = relative(directory, folder);
  return path.startsWith('..') || isAbsolute(path) ? folder : path;
}

export function formatListing(listing: Listing, bold: (text: string) => string = (text) => text): string {
  return Object.entries(listing)
    .map(([kind, listed]) => {
      const rows = listed.map(
        ({ name, description, plugin, details, replaces }) =>
          [
            name,
            `${description}${details ? ` [${details}]` : ''} (${[plugin, ...(replaces ? [`replaces that of ${replaces.join(', ')}`] : [])].join(', ')})`,
          ] as const,
      );
      return `${bold(inWords(kind))}\n${rows.length > 0 ? formatList(rows) : '  none'}`;
    })
    .join('\n\n');
}
