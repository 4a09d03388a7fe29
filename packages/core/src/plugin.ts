/** Plugins: what a package adds to mdpd, wrapped in an Inversify container module. */
import { ContainerModule } from 'inversify';
import type { BackboneProvider } from './backbone.ts';
import type { FolderSource, ImageSource, TextSource } from './dataset.ts';
import type { ExecutorProvider } from './executor.ts';
import type { MethodProvider } from './method.ts';
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

export interface PluginParts {
  /** Package name; messages about its parts name it. */
  readonly name: string;
  readonly tasks?: readonly TaskProvider[];
  readonly backbones?: readonly BackboneProvider[];
  readonly methods?: readonly MethodProvider[];
  readonly executors?: readonly ExecutorProvider[];
  readonly sources?: readonly ImageSource[];
  readonly textSources?: readonly TextSource[];
  readonly folderSources?: readonly FolderSource[];
  readonly models?: readonly ModelSource[];
}

export interface Plugin {
  readonly name: string;
  readonly module: ContainerModule;
}

/** Makes a plugin from its parts. The default export of a plugin package is its result. */
export function definePlugin(parts: PluginParts): Plugin {
  const module = new ContainerModule(({ bind }) => {
    const add = <T>(token: symbol, values: readonly T[] = []): void => {
      for (const value of values) bind<Registered<T>>(token).toConstantValue({ plugin: parts.name, value });
    };
    add(tokens.task, parts.tasks);
    add(tokens.backbone, parts.backbones);
    add(tokens.method, parts.methods);
    add(tokens.executor, parts.executors);
    add(tokens.source, parts.sources);
    add(tokens.textSource, parts.textSources);
    add(tokens.folderSource, parts.folderSources);
    add(tokens.model, parts.models);
  });
  return { name: parts.name, module };
}

/** Whether a module's default export is a plugin. */
export function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false;
  const { name, module } = value as Partial<Plugin>;
  return typeof name === 'string' && typeof module === 'object' && module !== null;
}
