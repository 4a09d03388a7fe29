import { expect, it } from 'vitest';
import { warningsOf, type Examined } from './doctor-warnings.ts';
import type { Machine } from './machine.ts';
import type { Hub, Place } from './storage.ts';

const place = (folder: string): Place => ({ folder, exists: true, writable: true, freeBytes: 50e9 });
const hub: Hub = {
  ...place('/cache/hub'),
  bytes: 0,
  endpoint: 'https://huggingface.co',
  offline: false,
  problem: null,
};
const machine: Machine = {
  node: 'v22.11.0',
  nodeWanted: '>=20.19',
  nodeSupported: true,
  platform: 'linux x64',
  cpu: 'a processor',
  features: ['AVX', 'AVX2'],
  threads: 8,
  processorLimit: null,
  memoryBytes: 16e9,
  freeMemoryBytes: 8e9,
  memoryLimitBytes: null,
};
const onnxruntime = { name: 'onnxruntime', available: true, auto: true, reason: 'works' };
const wasm = { name: 'wasm', available: true, auto: true, reason: 'works' };
const healthy: Examined = {
  machine,
  versions: {},
  executors: [onnxruntime, wasm],
  chosen: 'onnxruntime',
  plugins: [],
  problems: [],
  optional: [],
  storage: { directory: place('/work'), runs: place('/work/runs'), hub },
};
const withMachine = (more: Partial<Machine>): Partial<Examined> => ({ machine: { ...machine, ...more } });
const withStorage = (more: Partial<Examined['storage']>): Partial<Examined> => ({
  storage: { ...healthy.storage, ...more },
});

it('says nothing of a machine that lacks nothing', () => {
  expect(warningsOf(healthy)).toEqual([]);
  const arm = { platform: 'darwin arm64', features: ['NEON'] };
  const silent = { platform: 'win32 x64', features: [] };
  for (const each of [arm, silent]) expect(warningsOf({ ...healthy, ...withMachine(each) })).toEqual([]);
});

const broken = {
  ...onnxruntime,
  available: false,
  reason: 'does not load\nat 3',
  install: 'npm install ort',
};

it.each<[string, Partial<Examined>, string, string]>([
  [
    'old Node',
    withMachine({ node: 'v18.20.4', nodeSupported: false }),
    'Node v18.20.4 is not supported: >=20.19 is',
    'install a newer Node, for example with nvm install 22',
  ],
  ['no AVX2', withMachine({ features: ['AVX'] }), 'has no AVX2', 'in a virtual machine pass'],
  [
    'few processors',
    withMachine({ processorLimit: 1.5 }),
    'the container may use 1.5 of 8 processors',
    'set runtime.threads=1 ',
  ],
  ['less than one', withMachine({ processorLimit: 0.5 }), 'may use 0.5 of 8', 'set runtime.threads=1 '],
  ['little memory', withMachine({ memoryBytes: 5e8 }), 'the machine has 500 MB of memory', 'train.batchSize'],
  [
    'little memory in a container',
    withMachine({ memoryLimitBytes: 512e6 }),
    'the container may use 512 MB of memory',
    'docker run --memory 4g',
  ],
  ['no executor', { executors: [broken], chosen: null }, 'no executor works', 'npm install ort'],
  [
    'a slow executor',
    { executors: [broken, wasm], chosen: 'wasm' },
    'executor onnxruntime does not work here, and wasm is slower: does not load',
    'npm install ort',
  ],
  [
    'a cache that cannot be written',
    withStorage({ hub: { ...hub, writable: false } }),
    'the cache of the hub cannot be written: /cache/hub',
    'set HF_HOME to a folder that can',
  ],
  [
    'a bad setting',
    withStorage({ hub: { ...hub, problem: 'HF_ENDPOINT is "x"' } }),
    'HF_ENDPOINT is "x"',
    'unset the environment variable',
  ],
  [
    'a directory that cannot be written',
    withStorage({
      directory: { ...place('/work'), writable: false },
      runs: { ...place('/work/runs'), writable: false },
    }),
    'the working directory cannot be written: /work',
    'name a folder with --out',
  ],
  [
    'runs that cannot be written',
    withStorage({ runs: { ...place('/work/runs'), writable: false } }),
    'runs cannot be written: /work/runs',
    'chown',
  ],
  [
    'a full disk',
    withStorage({ runs: { ...place('/work/runs'), freeBytes: 3e8 } }),
    'the disk of /work/runs has 300 MB left',
    'remove runs',
  ],
  [
    'a broken plugin',
    { problems: [{ name: 'broken', reason: 'no licence\nat line 3' }] },
    'plugin broken could not be loaded: no licence',
    'npm uninstall broken',
  ],
])('says what to do about %s', (_what, more, problem, fix) => {
  const warnings = warningsOf({ ...healthy, ...more });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]!.problem).toContain(problem);
  expect(warnings[0]!.problem).not.toContain('\n');
  expect(warnings[0]!.fix).toContain(fix);
});
