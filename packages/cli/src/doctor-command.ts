/** `mdpd doctor` */
import { availableParallelism, freemem, totalmem } from 'node:os';
import type { ExecutorStatus, Registry } from '@mdpd/core';
import { command } from './command.ts';
import { commonOptions } from './command-line.ts';
import { cpuName, packageVersions } from './environment.ts';
import { formatBytes, formatList } from './format.ts';
import { createOutput, toJson } from './output.ts';
import { loadPlugins, type LoadedPlugins } from './plugins.ts';

/** What the doctor found. */
export interface Examination {
  readonly machine: {
    readonly node: string;
    readonly platform: string;
    readonly cpu: string;
    readonly threads: number;
    readonly memoryBytes: number;
    readonly freeMemoryBytes: number;
  };
  readonly versions: Readonly<Record<string, string>>;
  /** In the order in which `auto` tries them. */
  readonly executors: readonly (ExecutorStatus & { readonly name: string; readonly auto: boolean })[];
  /** What `executor: auto` takes. */
  readonly chosen: string | null;
  readonly plugins: readonly { readonly name: string; readonly version: string }[];
  readonly problems: LoadedPlugins['problems'];
}

export default command({
  name: 'doctor',
  description: 'Check this machine: executors, threads, memory, versions, what is missing.',
  examples: ['mdpd doctor', 'mdpd doctor --json'],
  args: { json: { type: 'boolean', description: 'print JSON' }, ...commonOptions },
  run: async (args) => {
    const output = createOutput({ json: args.json === true });
    const found = await examine(await loadPlugins());
    output.answer(output.json ? toJson(found) : formatExamination(found, output.bold));
    return found.chosen === null ? 1 : 0;
  },
});

/** Looks at this machine only; needs no network. */
export async function examine({ registry, packages, problems }: LoadedPlugins): Promise<Examination> {
  const executors = await probeAll(registry);
  return {
    machine: {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpuName(),
      threads: availableParallelism(),
      memoryBytes: totalmem(),
      freeMemoryBytes: freemem(),
    },
    versions: packageVersions(),
    executors,
    chosen: executors.find(({ available, auto }) => available && auto)?.name ?? null,
    plugins: packages.map(({ name, version }) => ({ name, version })),
    problems,
  };
}

async function probeAll({ executors }: Registry): Promise<Examination['executors']> {
  const order = [...executors.values].sort((a, b) => (a.preference ?? Infinity) - (b.preference ?? Infinity));
  const found: (ExecutorStatus & { name: string; auto: boolean })[] = [];
  // One after the other: some probes load native libraries.
  for (const provider of order) {
    found.push({ name: provider.name, auto: provider.preference !== undefined, ...(await provider.probe()) });
  }
  return found;
}

export function formatExamination(
  found: Examination,
  bold: (text: string) => string = (text) => text,
): string {
  const { machine, executors, chosen, versions, plugins, problems } = found;
  const section = (title: string, rows: readonly (readonly [string, string])[]): string =>
    `${bold(title)}\n${formatList(rows)}`;
  return [
    section('machine', [
      ['node', machine.node],
      ['platform', machine.platform],
      ['cpu', `${machine.cpu}, ${machine.threads} threads`],
      ['memory', `${formatBytes(machine.memoryBytes)}, ${formatBytes(machine.freeMemoryBytes)} free`],
    ]),
    section(
      'executors',
      executors.map(
        (each) => [`${each.available ? 'ok     ' : 'missing'} ${each.name}`, describe(each)] as const,
      ),
    ),
    chosen === null
      ? 'No executor works here: see the reasons above.'
      : `\`executor: auto\` takes ${chosen}.`,
    section('versions', Object.entries(versions)),
    section('plugins', [
      ...plugins.map(({ name, version }) => [name, version] as const),
      ...problems.map(({ name, reason }) => [name, `could not be loaded: ${reason.split('\n')[0]}`] as const),
    ]),
  ].join('\n\n');
}

function describe({ available, reason, install }: ExecutorStatus): string {
  const firstLine = reason.split('\n')[0]!;
  return available || install === undefined ? firstLine : `${firstLine}. To get it: ${install}`;
}
