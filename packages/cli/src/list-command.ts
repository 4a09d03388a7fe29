/** `mdpd list` */
import { isAbsolute, relative } from 'node:path';
import type { Registry, Shelf } from '@mdpd/core';
import { command } from './command.ts';
import { commonOptions } from './command-line.ts';
import { formatList } from './format.ts';
import { createOutput, toJson } from './output.ts';
import { describeProblems, loadPlugins } from './plugins.ts';

/** One thing that is installed. */
export interface Listed {
  readonly name: string;
  readonly description: string;
  /** Package that it comes from. */
  readonly plugin: string;
  /** Splits of a source, model types of a backbone, folder of a model. */
  readonly details?: string;
}

export type Listing = Readonly<Record<string, readonly Listed[]>>;

export default command({
  name: 'list',
  description: 'Show what is installed, and which package each comes from.',
  examples: ['mdpd list', 'mdpd list --json'],
  args: { json: { type: 'boolean', description: 'print JSON' }, ...commonOptions },
  run: async (args) => {
    const output = createOutput({ json: args.json === true });
    const { registry, problems } = await loadPlugins();
    describeProblems(problems).forEach(output.message);
    const listing = listAll(registry);
    output.answer(output.json ? toJson(listing) : formatListing(listing, output.bold));
    return 0;
  },
});

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
  return shelf.entries.map(({ plugin, value }) => {
    const { name, description } = value;
    return { name, description, plugin, ...(details ? { details: details(value) } : {}) };
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
        ({ name, description, plugin, details }) =>
          [name, `${description}${details ? ` [${details}]` : ''} (${plugin})`] as const,
      );
      return `${bold(inWords(kind))}\n${rows.length > 0 ? formatList(rows) : '  none'}`;
    })
    .join('\n\n');
}
