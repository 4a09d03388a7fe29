/**
 * What belongs to one run: an Inversify container below that of the plugins, in which the run's executor and reporters are
 * made when they are first asked for, and closed together at its end.
 */
import { Container } from 'inversify';
import type { Executor } from './executor.ts';
import { guardReporter } from './guard-reporter.ts';
import type { Registry } from './registry.ts';
import type { Reporter, RunContext } from './reporter.ts';
import { tokens } from './tokens.ts';

/** What a run brings of its own. */
export interface RunScopeOptions {
  /** Starts the executor of the run, once. */
  startExecutor(): Promise<Executor>;
  /** Reporters of the command itself; what they throw ends the run. */
  readonly reporters: readonly Reporter[];
  /** Told about a reporter of a plugin that throws; it gets nothing more. */
  warn(message: string): void;
}

/** The container of one run, with what is made in it. */
export interface RunScope {
  /** Sees what the plugins bind, and `tokens.run`, `tokens.runExecutor` and `tokens.runReporter` of this run. */
  readonly container: Container;
  /** The command's own, then one of every plugin that has them. */
  readonly reporters: readonly Reporter[];
  /** The same at every call. */
  executor(): Promise<Executor>;
  /** Closes reporters and stops the executor, as far as they were made. Does not throw what reporters of plugins throw. */
  close(): Promise<void>;
}

/**
 * Makes the container of a run below that of the plugins. What it holds is made when it is first asked for; `close`
 * ends it.
 */
export function createRunScope(registry: Registry, run: RunContext, options: RunScopeOptions): RunScope {
  const container = new Container({ parent: registry.container });
  container.bind<RunContext>(tokens.run).toConstantValue(run);
  container
    .bind<Executor>(tokens.runExecutor)
    .toResolvedValue(() => options.startExecutor())
    .inSingletonScope()
    .onDeactivation((executor) => executor.stop());
  for (const reporter of options.reporters) {
    container
      .bind<Reporter>(tokens.runReporter)
      .toResolvedValue(() => reporter)
      .inSingletonScope()
      .onDeactivation(() => reporter.close?.());
  }
  const warn = (message: string): void => options.warn(message);
  for (const { value, plugin } of registry.reporters.entries) {
    const name = `reporter ${value.name} of ${plugin}`;
    container
      .bind<Reporter>(tokens.runReporter)
      .toResolvedValue(
        (context: RunContext) => guardReporter(name, () => value.create(context), warn),
        [tokens.run],
      )
      .inSingletonScope()
      .onDeactivation((reporter) => reporter.close?.());
  }
  const bound = container.isBound(tokens.runReporter);
  return {
    container,
    reporters: bound ? container.getAll<Reporter>(tokens.runReporter) : [],
    executor: () => container.getAsync<Executor>(tokens.runExecutor),
    close: () => container.unbindAllAsync(),
  };
}
