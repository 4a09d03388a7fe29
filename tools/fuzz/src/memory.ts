/** What processes take (Linux): memory, the most memory since this process last asked, processor time. */
import fs from 'node:fs';

// As they are before anything is watched.
const { readFileSync, writeFileSync } = fs;

function field(name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'mu').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found?.[1] ?? 0) * 1024;
}

export const residentBytes = (): number => field('VmRSS');

/** Since `resetPeak`. */
export const peakBytes = (): number => field('VmHWM');

/** From now on `peakBytes` counts anew. */
export function resetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5');
}

/** Resident bytes of another process; 0 where it is gone. */
export function residentBytesOf(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Length of a tick of the system's clock. */
const tickMilliseconds = 10;

/** Processor time of another process, all its threads together; 0 where it is gone. */
export function processorMillisecondsOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * tickMilliseconds;
  } catch {
    return 0;
  }
}
