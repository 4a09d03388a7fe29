/** Everything the loaded plugins offer, by kind and name. */
import { Container } from 'inversify';
import type { BackboneProvider } from './backbone.ts';
import type { FolderSource, ImageSource, TextSource } from './dataset.ts';
import { MdpdError } from './errors.ts';
import type { ExecutorProvider } from './executor.ts';
import type { MethodProvider } from './method.ts';
import type { MetricProvider } from './metric.ts';
import { howToGet, officialPackage } from './official-plugins.ts';
import type { ModelSource, Plugin } from './plugin.ts';
import type { ReporterProvider } from './reporter.ts';
import type { TaskProvider } from './task.ts';
import { tokens, type Registered } from './tokens.ts';

/** A provider that is in use. */
export interface Shelved<T> extends Registered<T> {
  /** Plugins whose providers of this name it stands for. */
  readonly replaced: readonly string[];
}

/** One kind of provider, looked up by name. */
export class Shelf<T extends { readonly name: string }> {
  readonly kind: string;
  readonly entries: readonly Shelved<T>[];

  /** Throws PLUGIN_CONFLICT where two plugins register one name and not exactly one says that it replaces the other. */
  constructor(kind: string, entries: readonly Registered<T>[]) {
    this.kind = kind;
    const byName = new Map<string, Registered<T>[]>();
    for (const entry of entries) {
      const { name } = entry.value;
      byName.set(name, [...(byName.get(name) ?? []), entry]);
    }
    this.entries = [...byName.values()].map((same) => settle(kind, same));
  }

  get names(): string[] {
    return this.entries.map(({ value }) => value.name);
  }

  get values(): T[] {
    return this.entries.map(({ value }) => value);
  }

  /** Throws `UNKNOWN_<KIND>` with the known names, and the nearest one or the command that installs it. */
  get(name: string, place?: string): T {
    const found = this.entries.find(({ value }) => value.name === name);
    if (found) return found.value;
    throw new MdpdError(
      `UNKNOWN_${this.kind.toUpperCase().replaceAll(' ', '_')}`,
      officialPackage(this.kind, name) === undefined
        ? `there is no ${this.kind} "${name}"`
        : `${this.kind} "${name}" is not installed`,
      {
        place,
        allowed: this.names.length > 0 ? this.names : 'none is installed',
        fix:
          howToGet(this.kind, name, this.names) ??
          'install the package that has it; `mdpd list` shows what is there',
        exitCode: 2,
      },
    );
  }
}

/** The one of several providers of one name that is used. */
function settle<T extends { readonly name: string }>(
  kind: string,
  same: readonly Registered<T>[],
): Shelved<T> {
  const replacing = same.filter(({ replaces }) => replaces);
  const chosen = same.length === 1 ? same[0]! : replacing[0];
  if (chosen && replacing.length < 2) {
    const replaced = same.filter((entry) => entry !== chosen).map(({ plugin }) => plugin);
    return { ...chosen, replaced };
  }
  const both = replacing.length > 1;
  const [first, second] = both ? replacing : same;
  const name = first!.value.name;
  throw new MdpdError(
    'PLUGIN_CONFLICT',
    both ? `two plugins replace ${kind} "${name}"` : `${kind} "${name}" is registered twice`,
    {
      place: `${first!.plugin} and ${second!.plugin}`,
      fix:
        'name the plugins to load under `plugins` in the recipe, or uninstall one of the two' +
        (both ? '' : ', or let one say that it `replaces` the other'),
      exitCode: 2,
    },
  );
}

/** Everything that loaded plugins offer, a shelf for each kind. */
export interface Registry {
  /** The container itself, for plugins that bind services of their own. */
  readonly container: Container;
  readonly tasks: Shelf<TaskProvider>;
  readonly backbones: Shelf<BackboneProvider>;
  readonly methods: Shelf<MethodProvider>;
  readonly executors: Shelf<ExecutorProvider>;
  readonly sources: Shelf<ImageSource>;
  readonly textSources: Shelf<TextSource>;
  readonly folderSources: Shelf<FolderSource>;
  readonly models: Shelf<ModelSource>;
  readonly reporters: Shelf<ReporterProvider>;
  readonly metrics: Shelf<MetricProvider>;
}

/**
 * Loads plugins into one container.
 *
 * @throws PLUGIN_CONFLICT where two register one name and not exactly one says that it replaces the other
 */
export function createRegistry(plugins: readonly Plugin[]): Registry {
  const container = new Container();
  for (const plugin of plugins) container.load(plugin.module);
  const shelf = <T extends { readonly name: string }>(kind: string, token: symbol): Shelf<T> =>
    new Shelf<T>(kind, container.isBound(token) ? container.getAll<Registered<T>>(token) : []);
  return {
    container,
    tasks: shelf('task', tokens.task),
    backbones: shelf('backbone', tokens.backbone),
    methods: shelf('method', tokens.method),
    executors: shelf('executor', tokens.executor),
    sources: shelf('source', tokens.source),
    textSources: shelf('text source', tokens.textSource),
    folderSources: shelf('folder source', tokens.folderSource),
    models: shelf('model', tokens.model),
    reporters: shelf('reporter', tokens.reporter),
    metrics: shelf('metric', tokens.metric),
  };
}
