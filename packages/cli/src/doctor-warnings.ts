/** What is wrong with a machine, and what to do about it. */
import type { Examination } from './doctor-command.ts';
import { formatBytes } from '@mdpd/report/format';

export interface Warning {
  readonly problem: string;
  /** A command or a sentence. */
  readonly fix: string;
}

/** Below this, recipes of the smallest backbones already fail: they peak at 300 to 900 MB. */
const leastMemory = 1e9;
/** A run of a base-size model writes about half a gigabyte, and its cache as much. */
const leastDisk = 2e9;

type Part = (found: Examined) => readonly (Warning | false)[];
export type Examined = Omit<Examination, 'warnings'>;

export function warningsOf(found: Examined): Warning[] {
  return [node, processor, memory, executors, hub, folders, plugins]
    .flatMap((part) => part(found))
    .filter((each) => each !== false);
}

const node: Part = ({ machine: { node: version, nodeWanted, nodeSupported } }) => [
  !nodeSupported && {
    problem: `Node ${version} is not supported: ${nodeWanted} is`,
    fix: 'install a newer Node, for example with nvm install 22',
  },
];

const processor: Part = ({ machine: { platform, features, processorLimit, threads } }) => [
  platform.endsWith('x64') &&
    features.length > 0 &&
    !features.includes('AVX2') && {
      problem:
        'the processor, or the virtual machine, has no AVX2: everything is computed several times slower',
      fix: 'use a processor of 2015 or later; in a virtual machine pass the host’s processor on',
    },
  processorLimit !== null &&
    processorLimit < threads && {
      problem: `the container may use ${processorLimit} of ${threads} processors: more threads than that slow each other down`,
      fix: `set runtime.threads=${Math.max(1, Math.floor(processorLimit))} in the recipe or on the command line`,
    },
];

const memory: Part = ({ machine: { memoryBytes, memoryLimitBytes } }) => {
  const usable = memoryLimitBytes ?? memoryBytes;
  const whose = memoryLimitBytes === null ? 'the machine has' : 'the container may use';
  return [
    usable < leastMemory && {
      problem: `${whose} ${formatBytes(usable)} of memory, and small recipes take up to 900 MB`,
      fix:
        memoryLimitBytes === null
          ? 'set a smaller train.batchSize, and train.evaluateBatchSize'
          : 'raise the limit (docker run --memory 4g), or set a smaller train.batchSize',
    },
  ];
};

const executors: Part = ({ executors: all, chosen }) => {
  const best = all.find(({ auto }) => auto);
  if (chosen === null)
    return [{ problem: 'no executor works', fix: best?.install ?? 'see the reasons of each executor above' }];
  return [
    best !== undefined &&
      best.name !== chosen && {
        problem: `executor ${best.name} does not work here, and ${chosen} is slower: ${best.reason.split('\n')[0]}`,
        fix: best.install ?? 'see its reason above',
      },
  ];
};

const hub: Part = ({ storage: { hub: cache } }) => [
  cache.problem !== null && { problem: cache.problem, fix: 'mend or unset the environment variable' },
  !cache.writable && {
    problem: `the cache of the hub cannot be written: ${cache.folder}`,
    fix: 'set HF_HOME to a folder that can, or HF_HUB_OFFLINE=1 to use only what is there',
  },
];

const folders: Part = ({ storage: { directory, runs } }) => [
  !directory.writable && {
    problem: `the working directory cannot be written: ${directory.folder}`,
    fix: 'change to another one, or name a folder with --out',
  },
  directory.writable &&
    !runs.writable && {
      problem: `runs cannot be written: ${runs.folder}`,
      fix: `make it yours (chown), or name another folder with --out`,
    },
  runs.freeBytes !== null &&
    runs.freeBytes < leastDisk && {
      problem: `the disk of ${runs.folder} has ${formatBytes(runs.freeBytes)} left`,
      fix: 'remove runs that are not needed, or name a folder on another disk with --out',
    },
];

const plugins: Part = ({ problems }) =>
  problems.map(({ name, reason }) => ({
    problem: `plugin ${name} could not be loaded: ${reason.split('\n')[0]}`,
    fix: `mend it, or uninstall it: npm uninstall ${name}`,
  }));
