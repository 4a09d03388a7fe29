import { expect, it } from 'vitest';
import { createRegistry, definePlugin, type ExecutorProvider } from '@mdpd/core';
import { examine, formatExamination } from './doctor-command.ts';

const executor = (name: string, preference: number | undefined, available: boolean): ExecutorProvider => ({
  name,
  description: '',
  preference,
  probe: () =>
    Promise.resolve(
      available
        ? { available, reason: `${name} works` }
        : { available, reason: 'not installed', install: `npm install ${name}` },
    ),
  start: () => Promise.reject(new Error('not part of this test')),
});

const problems = [{ name: 'broken', reason: 'no licence\nat line 3' }];
const packages = [
  {
    name: 'task-a',
    version: '1.2.3',
    folder: '/a',
    entry: '/a/index.js',
    own: false,
    why: 'keyword' as const,
  },
];
const examineWith = (...executors: ExecutorProvider[]) =>
  examine({ registry: createRegistry([definePlugin({ name: 'test', executors })]), packages, problems });

it('probes executors in the order of auto, and says which one it takes', async () => {
  const found = await examineWith(
    executor('slow', undefined, true),
    executor('wasm', 20, true),
    executor('native', 10, false),
  );
  expect(found.executors.map(({ name, available, auto }) => [name, available, auto])).toEqual([
    ['native', false, true],
    ['wasm', true, true],
    ['slow', true, false],
  ]);
  expect(found.chosen).toBe('wasm');
  const text = formatExamination(found);
  expect(text).toContain(
    '  missing native  not installed. To get it: npm install native\n  ok      wasm    wasm works\n',
  );
  expect(text).toContain('`executor: auto` takes wasm.');
  expect(text).toMatch(/plugins\n {2}task-a {2}1\.2\.3\n {2}broken {2}could not be loaded: no licence$/);
});

it('says that none works', async () => {
  const found = await examineWith(executor('native', 10, false), executor('slow', undefined, true));
  expect(found.chosen).toBeNull();
  expect(formatExamination(found)).toContain('No executor works here: see the reasons above.');
});
