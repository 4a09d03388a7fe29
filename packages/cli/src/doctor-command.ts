/** `mdpd doctor` */
import type { ExecutorStatus, Registry } from '@mdpd/core';
import { command } from './command.ts';
import { commonOptions } from './command-line.ts';
import { warningsOf, type Examined, type Warning } from './doctor-warnings.ts';
import { packageVersions } from './environment.ts';
import { formatBytes, formatList } from '@mdpd/report/format';
import { readMachine, type Machine } from './machine.ts';
import { optionalPackages, type OptionalPackage } from './optional-packages.ts';
import { createOutput, toJson } from './output.ts';
import { loadPlugins, type LoadedPlugins } from './plugins.ts';
import { readStorage, type Place, type Storage } from './storage.ts';

/** What the doctor found. */
export interface Examination {
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** In the order in which `auto` tries them. */
  readonly executors: readonly (ExecutorStatus & { readonly name: string; readonly auto: boolean })[];
  /** What `executor: auto` takes. */
  readonly chosen: string | null;
  readonly plugins: readonly { readonly name: string; readonly version: string }[];
  readonly problems: LoadedPlugins['problems'];
  /** What may be installed besides. */
  readonly optional: readonly OptionalPackage[];
  readonly storage: Storage;
  readonly warnings: readonly Warning[];
}

export default command({
  name: 'doctor',
  description:
    'Check this machine: Node, processor, memory, executors, packages, folders; and say what to do.',
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
export async function examine(
  { registry, packages, problems }: LoadedPlugins,
  directory: string = process.cwd(),
): Promise<Examination> {
  const executors = await probeAll(registry);
  const told = executors.map(({ reason, install }) => `${reason} ${install ?? ''}`).join(' ');
  const found: Examined = {
    machine: readMachine(),
    versions: packageVersions(),
    executors,
    chosen: executors.find(({ available, auto }) => available && auto)?.name ?? null,
    plugins: packages.map(({ name, version }) => ({ name, version })),
    problems,
    // What an executor is missing stands beside it, with its own command.
    optional: optionalPackages(packages, directory).filter(({ name }) => !told.includes(name)),
    storage: readStorage(directory),
  };
  return { ...found, warnings: warningsOf(found) };
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
  const { executors, chosen, versions, plugins, problems, optional, warnings } = found;
  const section = (title: string, rows: readonly (readonly [string, string])[]): string =>
    `${bold(title)}\n${formatList(rows)}`;
  return [
    section('machine', machineRows(found.machine)),
    section(
      'executors',
      executors.map(
        (each) => [`${each.available ? 'ok     ' : 'missing'} ${each.name}`, describe(each)] as const,
      ),
    ),
    chosen === null
      ? 'No executor works here: see the reasons above.'
      : `\`executor: auto\` takes ${chosen}.`,
    section('folders', folderRows(found.storage)),
    section('versions', Object.entries(versions)),
    ...(optional.length > 0 ? [section('optional packages', optional.map(optionalRow))] : []),
    section('plugins', [
      ...plugins.map(({ name, version }) => [name, version] as const),
      ...problems.map(({ name, reason }) => [name, `could not be loaded: ${reason.split('\n')[0]}`] as const),
    ]),
    warnings.length === 0
      ? 'Nothing is wrong.'
      : `${bold('warnings')}\n${warnings.map(({ problem, fix }) => `  ${problem}\n    ${fix}`).join('\n')}`,
  ].join('\n\n');
}

function machineRows(machine: Machine): [string, string][] {
  const { features, processorLimit, memoryLimitBytes } = machine;
  const supported = machine.nodeSupported ? 'supported' : 'NOT supported';
  const free = `${formatBytes(machine.freeMemoryBytes)} free`;
  const processors = processorLimit === null ? '' : `, a container that may use ${processorLimit}`;
  const limit =
    memoryLimitBytes === null ? '' : `, a container that may use ${formatBytes(memoryLimitBytes)}`;
  return [
    ['node', `${machine.node} (${machine.nodeWanted}: ${supported})`],
    ['platform', machine.platform],
    ['cpu', `${machine.cpu}, ${machine.threads} threads${processors}`],
    ['vectors', features.length > 0 ? features.join(', ') : 'the system does not tell'],
    ['memory', `${formatBytes(machine.memoryBytes)}, ${free}${limit}`],
  ];
}

function folderRows({ directory, runs, hub }: Storage): [string, string][] {
  const state = ({ exists, writable, freeBytes }: Place): string =>
    [
      writable ? (exists ? 'can be written' : 'will be made') : 'CANNOT be written',
      ...(freeBytes === null ? [] : [`${formatBytes(freeBytes)} free`]),
    ].join(', ');
  const fetched = hub.offline ? 'offline: only what is there is used' : `from ${hub.endpoint ?? '?'}`;
  return [
    ['directory', `${directory.folder}: ${state(directory)}`],
    ['runs', `${runs.folder}: ${state(runs)}`],
    ['hub cache', `${hub.folder}: ${formatBytes(hub.bytes)} in it, ${state(hub)}; ${fetched}`],
  ];
}

function optionalRow({ name, usedBy, version, install }: OptionalPackage): [string, string] {
  return [
    `${version === null ? 'missing' : 'ok     '} ${name}`,
    version === null ? `for ${usedBy}. To get it: ${install}` : `${version}, for ${usedBy}`,
  ];
}

function describe({ available, reason, install }: ExecutorStatus): string {
  const firstLine = reason.split('\n')[0]!;
  return available || install === undefined ? firstLine : `${firstLine}. To get it: ${install}`;
}
