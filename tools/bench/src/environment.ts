/** What the figures depend on: the machine, versions, and how often was measured. */
import { totalmem } from 'node:os';
import { readEnvironment } from '@mdpd/cli/environment';
import { engineNames, type EngineName, type EngineStatus } from './job.ts';

export type Statuses = Readonly<Partial<Record<EngineName, EngineStatus>>>;

export interface BenchEnvironment extends Awaited<ReturnType<typeof readEnvironment>> {
  readonly memoryBytes: number;
  /** Threads that the engines were given. */
  readonly threads: number;
  /** What each engine says of itself. */
  readonly engines: Readonly<Partial<Record<EngineName, string>>>;
  /** Rounds. */
  readonly rounds: number;
  readonly date: string;
}

export async function benchEnvironment(
  directory: string,
  statuses: Statuses,
  { threads, rounds }: Pick<BenchEnvironment, 'threads' | 'rounds'>,
): Promise<BenchEnvironment> {
  const engines = engineNames.filter((name) => statuses[name]?.available);
  return {
    ...(await readEnvironment(directory)),
    memoryBytes: totalmem(),
    threads,
    engines: Object.fromEntries(engines.map((name) => [name, statuses[name]!.reason])),
    rounds,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** One sentence for people. */
export function environmentText(environment: BenchEnvironment): string {
  const { cpu, threads, memoryBytes, node, gitCommit, gitDirty, engines, rounds, date } = environment;
  const commit = gitCommit ? `, commit ${gitCommit.slice(0, 9)}${gitDirty ? ' with changes' : ''}` : '';
  const each = Object.entries(engines).map(([name, reason]) => `${name}: ${reason}`);
  const machine = `${cpu}, ${threads} threads, ${(memoryBytes / 1e9).toFixed(0)} GB, Node ${node}`;
  return `${date}, ${machine}${commit}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}. ${each.join('; ')}.`;
}
