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
  expect(text).toMatch(/plugins\n {2}task-a {2}1\.2\.3\n {2}broken {2}could not be loaded: no licence\n/);
  expect(text).toContain(
    '  executor native does not work here, and wasm is slower: not installed\n    npm install native\n',
  );
  expect(text).toContain(`  node      ${process.version} (>=20.19: supported)\n`);
  expect(text).toMatch(/folders\n {2}directory {2}\S+: can be written/);
});

it('says that none works', async () => {
  const found = await examineWith(executor('native', 10, false), executor('slow', undefined, true));
  expect(found.chosen).toBeNull();
  expect(formatExamination(found)).toContain('No executor works here: see the reasons above.');
});

it('says what is optional, and that nothing is wrong', async () => {
  const found = await examineWith(executor('native', 10, true));
  const healthy = {
    ...found,
    warnings: [],
    optional: [
      { name: 'digits', usedBy: 'task-a', version: null, install: 'npm install digits' },
      { name: 'letters', usedBy: 'task-a', version: '2.0.0', install: 'npm install letters' },
    ],
  };
  const text = formatExamination(healthy);
  expect(text).toContain(
    'optional packages\n  missing digits   for task-a. To get it: npm install digits\n  ok      letters  2.0.0, for task-a\n',
  );
  expect(text).toMatch(/\n\nNothing is wrong\.$/);
  const limited = formatExamination({
    ...healthy,
    machine: {
      ...found.machine,
      processorLimit: 1.5,
      memoryLimitBytes: 2e9,
      nodeSupported: false,
      features: [],
    },
  });
  expect(limited).toContain(', a container that may use 1.5\n');
  expect(limited).toContain(', a container that may use 2.00 GB\n');
  expect(limited).toContain('NOT supported');
  expect(limited).toContain('  vectors   the system does not tell\n');
});
