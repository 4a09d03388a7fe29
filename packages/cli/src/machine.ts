/** What this machine is and may use, as far as the system tells. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import path from 'node:path';
import { cpuName } from './environment.ts';

export interface Machine {
  /** `v22.11.0` */
  readonly node: string;
  /** `>=20.19`, from package.json of the command. */
  readonly nodeWanted: string;
  readonly nodeSupported: boolean;
  readonly platform: string;
  readonly cpu: string;
  /** Vector instructions that matter here; empty where the system does not tell. */
  readonly features: readonly string[];
  readonly threads: number;
  /** How many processors a container may use, where it limits that: 1.5. */
  readonly processorLimit: number | null;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  /** What a container may use, where that is less than the machine has. */
  readonly memoryLimitBytes: number | null;
}

export function readMachine(): Machine {
  const nodeWanted = wantedNode();
  const limit = process.constrainedMemory();
  return {
    node: process.version,
    nodeWanted,
    nodeSupported: isSupported(process.version, nodeWanted),
    platform: `${process.platform} ${process.arch}`,
    cpu: cpuName(),
    features: readFeatures(),
    threads: availableParallelism(),
    processorLimit: processorLimit('/sys/fs/cgroup', cpus().length),
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    // Systems without a limit say 0, or a number beyond every memory.
    memoryLimitBytes: limit > 0 && limit < totalmem() ? limit : null,
  };
}

function wantedNode(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { engines: { node: string } }).engines.node;
}

/** Whether a version (`v22.11.0`) is at least what `engines` says (`>=20.19`). */
export function isSupported(version: string, wanted: string): boolean {
  const parts = (text: string): number[] => (text.match(/\d+/gu) ?? []).slice(0, 3).map(Number);
  const [own, least] = [parts(version), parts(wanted)];
  const at = least.findIndex((part, index) => part !== (own[index] ?? 0));
  return at < 0 || (own[at] ?? 0) > least[at]!;
}

/** Names that people know, by those of Linux and macOS; every Arm processor of 64 bits has NEON. */
const known: readonly (readonly [name: string, flags: RegExp])[] = [
  ['AVX', /^avx(1\.0)?$/],
  ['AVX2', /^avx2$/],
  ['FMA', /^fma$/],
  ['AVX512', /^avx512f$/],
  ['VNNI', /^avx(512)?_?vnni$/],
  ['NEON', /^(asimd|neon)$/],
  ['dot product', /^asimddp$/],
];

/** Vector instructions in the flags of /proc/cpuinfo or of sysctl, separated by space. */
export function featuresOf(flags: string): string[] {
  const words = flags.toLowerCase().split(/\s+/u);
  return known.filter(([, pattern]) => words.some((word) => pattern.test(word))).map(([name]) => name);
}

function readFeatures(): string[] {
  const found = featuresOf(readFlags());
  return process.arch === 'arm64' && !found.includes('NEON') ? ['NEON', ...found] : found;
}

function readFlags(): string {
  try {
    if (process.platform === 'linux') return linuxFlags(readFileSync('/proc/cpuinfo', 'utf8'));
    if (process.platform !== 'darwin') return '';
    const names = ['machdep.cpu.features', 'machdep.cpu.leaf7_features'];
    return execFileSync('sysctl', ['-n', ...names], { encoding: 'utf8', stdio: 'pipe', timeout: 5000 });
  } catch {
    return '';
  }
}

/** The flags of the first processor of /proc/cpuinfo. */
export function linuxFlags(cpuinfo: string): string {
  return /^(?:flags|Features)\s*:(.*)$/mu.exec(cpuinfo)?.[1] ?? '';
}

/**
 * Processors that control groups (version 2, else 1) leave to this process, where they are fewer than there are; null
 * where there is no such limit.
 */
export function processorLimit(root: string, processors: number): number | null {
  const read = (...names: string[]): string => {
    try {
      return readFileSync(path.join(root, ...names), 'utf8');
    } catch {
      return '';
    }
  };
  const version2 = read('cpu.max').trim().split(/\s+/u);
  const [quota, period] =
    version2.length === 2 ? version2 : [read('cpu', 'cpu.cfs_quota_us'), read('cpu', 'cpu.cfs_period_us')];
  const limit = Number(quota || NaN) / Number(period || NaN);
  return limit > 0 && limit < processors ? limit : null;
}
