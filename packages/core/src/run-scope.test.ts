import { expect, it } from 'vitest';
import type { Executor } from './executor.ts';
import { definePlugin } from './plugin.ts';
import type { Recipe } from './recipe.ts';
import { createRegistry } from './registry.ts';
import type { NoteRecord, Reporter, ReporterProvider, RunContext } from './reporter.ts';
import { createRunScope } from './run-scope.ts';
import { tokens } from './tokens.ts';

const run = (folder: string): RunContext => ({
  folder,
  recipe: { task: 'vtab' } as Recipe,
  recipeFile: 'recipe.yaml',
  directory: '/work',
});
const note: NoteRecord = { type: 'note', step: 1, message: 'hello' };

/** A reporter that writes down what happens to it. */
const witness = (log: string[]): ReporterProvider => ({
  name: 'witness',
  description: '',
  create: ({ folder, recipe }) => ({
    name: 'witness',
    record: ({ type }) => void log.push(`${folder} ${recipe.task} ${type}`),
    progress: ({ what }) => void log.push(`${folder} ${what}`),
    close: async () => {
      await Promise.resolve();
      log.push(`${folder} closed`);
    },
  }),
});

function scopeOf(
  providers: readonly ReporterProvider[],
  folder = '/run',
  reporters: readonly Reporter[] = [],
) {
  const registry = createRegistry([definePlugin({ name: 'one', reporters: providers })]);
  const warnings: string[] = [];
  const executors: string[] = [];
  const startExecutor = (): Promise<Executor> => {
    executors.push('started');
    const stop = (): Promise<void> => Promise.resolve(void executors.push('stopped'));
    return Promise.resolve({ stop } as Executor);
  };
  const options = { startExecutor, reporters, warn: (message: string) => void warnings.push(message) };
  return { registry, warnings, executors, scope: createRunScope(registry, run(folder), options) };
}

it('gives every run reporters of its own, which are told of it and closed at its end', async () => {
  const log: string[] = [];
  const [first, second] = ['/a', '/b'].map((folder) => scopeOf([witness(log)], folder).scope);
  first!.reporters.forEach((reporter) => reporter.record?.(note));
  second!.reporters.forEach((reporter) =>
    reporter.progress?.({ type: 'progress', what: 'x', done: 1, total: 2 }),
  );
  await first!.close();
  expect(log).toEqual(['/a vtab note', '/b x', '/a closed']);
});

it('starts the executor once, when it is asked for, and stops it', async () => {
  const { scope, executors } = scopeOf([]);
  expect(executors).toEqual([]);
  expect(await scope.executor()).toBe(await scope.executor());
  expect(executors).toEqual(['started']);
  await scope.close();
  expect(executors).toEqual(['started', 'stopped']);
});

it('has nothing to stop where the executor was never asked for', async () => {
  const { scope, executors } = scopeOf([]);
  await scope.close();
  expect(executors).toEqual([]);
});

it('binds what is of the run in a container of its own, below that of the plugins', async () => {
  const { scope, registry } = scopeOf([witness([])]);
  expect(scope.container.get<RunContext>(tokens.run).folder).toBe('/run');
  expect(scope.container.isBound(tokens.reporter)).toBe(true);
  expect(registry.container.isBound(tokens.run)).toBe(false);
  await scope.close();
  expect(scope.container.isCurrentBound(tokens.run)).toBe(false);
  expect(registry.container.isBound(tokens.reporter)).toBe(true);
});

it('puts the reporters of the command first, and lets them throw', async () => {
  const closed: string[] = [];
  const own: Reporter = {
    name: 'own',
    record: () => {
      throw new Error('disk full');
    },
    close: () => void closed.push('own'),
  };
  const { scope, warnings } = scopeOf([witness([])], '/run', [own]);
  expect(scope.reporters.map(({ name }) => name)).toEqual(['own', 'witness']);
  expect(() => scope.reporters[0]!.record?.(note)).toThrow('disk full');
  await scope.close();
  expect(closed).toEqual(['own']);
  expect(warnings).toEqual([]);
});

it.each<[string, ReporterProvider['create']]>([
  [
    'create',
    () => {
      throw new Error('no licence');
    },
  ],
  [
    'record',
    () => ({
      name: 'bad',
      record: () => {
        throw new Error('no licence');
      },
    }),
  ],
  ['close', () => ({ name: 'bad', close: () => Promise.reject(new Error('no licence')) })],
])('leaves a reporter out whose %s throws, and says so once', async (_where, create) => {
  const log: string[] = [];
  const { scope, warnings } = scopeOf([{ name: 'bad', description: '', create }, witness(log)]);
  for (let i = 0; i < 2; i++) scope.reporters.forEach((reporter) => reporter.record?.(note));
  await scope.close();
  expect(log).toEqual(['/run vtab note', '/run vtab note', '/run closed']);
  expect(warnings).toEqual(['reporter bad of one is left out: no licence']);
});
