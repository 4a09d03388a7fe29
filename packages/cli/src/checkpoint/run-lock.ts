/**
 * A lock that says which process works in a run's folder. It is a file with the process's number, so that the lock of one
 * that was killed is known as such.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { MdpdError, systemCode } from '@mdpd/core';
import { diskError } from '../files.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system counts it: a number that is used again belongs to another process. */
  readonly began: string;
}

/** Frees the lock. */
export type Unlock = () => void;

/** Throws RUN_LOCKED where another process works in the folder, DISK_FULL or WRITE_FAILED. */
export function lockRun(file: string, name: string): Unlock {
  const own: Holder = { pid: process.pid, host: hostname(), began: beganAt(process.pid) };
  const text = JSON.stringify(own);
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, text, { flag: 'wx' });
      return () => {
        if (readLock(file) === text) rmSync(file, { force: true });
      };
    } catch (thrown) {
      if (systemCode(thrown) !== 'EEXIST') throw diskError(thrown, file);
    }
    const found = readLock(file);
    const holder = parseHolder(found);
    if (attempt > 2 || (holder && isAlive(holder))) throw locked(name, file, holder);
    removeStale(file, found);
  }
}

/** Whether a process is at work that holds the lock. */
export function isRunLocked(file: string): boolean {
  const holder = parseHolder(readLock(file));
  return holder !== undefined && isAlive(holder);
}

/** Of several processes that find the same stale lock, one removes it. */
function removeStale(file: string, found: string | undefined): void {
  const claim = `${file}.stale`;
  try {
    writeFileSync(claim, String(process.pid), { flag: 'wx' });
  } catch {
    // Another one is at it, or was killed when it was.
    const age = Date.now() - (statSync(claim, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (Math.abs(age) > 10_000) rmSync(claim, { force: true });
    return;
  }
  if (readLock(file) === found) rmSync(file, { force: true });
  rmSync(claim, { force: true });
}

function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parseHolder(text: string | undefined): Holder | undefined {
  try {
    const { pid, host, began } = JSON.parse(text ?? '') as Partial<Holder>;
    return typeof pid === 'number' && typeof host === 'string' && typeof began === 'string'
      ? { pid, host, began }
      : undefined;
  } catch {
    return undefined;
  }
}

/** A process of another machine cannot be asked: it counts as alive. */
function isAlive({ pid, host, began }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if (systemCode(thrown) === 'ESRCH') return false;
  }
  return began === '' || beganAt(pid) === '' || beganAt(pid) === began;
}

/** Clock ticks from the start of the system to that of the process, on Linux; empty elsewhere. */
function beganAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function locked(name: string, file: string, holder: Holder | undefined): MdpdError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
  return new MdpdError('RUN_LOCKED', `${who} is at work in ${name}`, {
    place: file,
    fix: 'wait until it is done, or choose another folder with --out; if no such process runs, remove the file',
    exitCode: 2,
  });
}
