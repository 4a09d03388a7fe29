/** The memory of this process, and the most that it had since it was last asked (Linux). */
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
