/** Plugins: what a package adds to mdpd, wrapped in an Inversify container module. */
import { ContainerModule } from 'inversify';
import type { BackboneProvider } from './backbone.ts';
import type { FolderSource, ImageSource, TextSource } from './dataset.ts';
import { MdpdError } from './errors.ts';
import type { ExecutorProvider } from './executor.ts';
import type { MethodProvider } from './method.ts';
import type { MetricProvider } from './metric.ts';
import { didYouMean } from './nearest.ts';
import type { ReporterProvider } from './reporter.ts';
import type { TaskProvider } from './task.ts';
import { tokens, type Registered } from './tokens.ts';

/** Pretrained models by name: `zoo:tiny-vit`. */
export interface ModelSource {
  /** `zoo:tiny-vit`. */
  readonly name: string;
  readonly description: string;
  /** Folder with config.json and model.safetensors. */
  readonly folder: string;
}

/** Everything that a plugin may add, by kind. */
export interface Parts {
  readonly tasks?: readonly TaskProvider[];
  readonly backbones?: readonly BackboneProvider[];
  readonly methods?: readonly MethodProvider[];
  readonly executors?: readonly ExecutorProvider[];
  readonly sources?: readonly ImageSource[];
  readonly textSources?: readonly TextSource[];
  readonly folderSources?: readonly FolderSource[];
  readonly models?: readonly ModelSource[];
  readonly reporters?: readonly ReporterProvider[];
  readonly metrics?: readonly MetricProvider[];
}

/** Kinds of things that a plugin may add: `tasks`, `backbones`, … */
export type PartKind = keyof Parts;

/** What `definePlugin` is given. */
export interface PluginParts extends Parts {
  /** Package name; messages about its parts name it. */
  readonly name: string;
  /**
   * Names among the parts above that take the place of those of other plugins: `{ executors: ['onnxruntime'] }`. Two plugins
   * with one name are an error otherwise.
   */
  readonly replaces?: Readonly<Partial<Record<PartKind, readonly string[]>>>;
}

/** A plugin, as the default export of its package: what it adds, wrapped for the container. */
export interface Plugin {
  readonly name: string;
  readonly module: ContainerModule;
}

const tokenOf: Readonly<Record<PartKind, symbol>> = {
  tasks: tokens.task,
  backbones: tokens.backbone,
  methods: tokens.method,
  executors: tokens.executor,
  sources: tokens.source,
  textSources: tokens.textSource,
  folderSources: tokens.folderSource,
  models: tokens.model,
  reporters: tokens.reporter,
  metrics: tokens.metric,
};

const kinds = Object.keys(tokenOf) as PartKind[];

/**
 * Makes a plugin from its parts. The default export of a plugin package is its result. Throws PLUGIN_REPLACES where it says
 * that it replaces what it does not have.
 */
export function definePlugin(parts: PluginParts): Plugin {
  checkReplaced(parts);
  const module = new ContainerModule(({ bind }) => {
    for (const kind of kinds) {
      const replaced = parts.replaces?.[kind] ?? [];
      for (const value of parts[kind] ?? []) {
        const entry = { plugin: parts.name, value, replaces: replaced.includes(value.name) };
        bind<Registered<typeof value>>(tokenOf[kind]).toConstantValue(entry);
      }
    }
  });
  return { name: parts.name, module };
}

function checkReplaced(parts: PluginParts): void {
  for (const [kind, names] of Object.entries(parts.replaces ?? {})) {
    const own = kinds.find((each) => each === kind);
    const there = (own && parts[own]?.map(({ name }) => name)) ?? [];
    const missing = names.find((name) => !there.includes(name));
    if (own && missing === undefined) continue;
    const what = own ? `${kind} "${missing}", which it does not add` : `"${kind}"`;
    throw new MdpdError('PLUGIN_REPLACES', `plugin "${parts.name}" says that it replaces ${what}`, {
      allowed: own ? (there.length > 0 ? there : `it adds no ${kind}`) : kinds,
      fix: own ? didYouMean(missing!, there) : didYouMean(kind, kinds),
      exitCode: 2,
    });
  }
}

/** Whether a module's default export is a plugin. */
export function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false;
  const { name, module } = value as Partial<Plugin>;
  return typeof name === 'string' && typeof module === 'object' && module !== null;
}
