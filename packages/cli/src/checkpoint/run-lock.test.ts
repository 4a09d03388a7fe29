import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isRunLocked, lockRun } from './run-lock.ts';

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'mdpd-lock-'));
  file = path.join(root, 'run.lock');
});
afterEach(() => rmSync(root, { recursive: true }));

it('keeps others out until it is freed', () => {
  const unlock = lockRun(file, 'runs/x');
  expect(() => lockRun(file, 'runs/x')).toThrow(
    `process ${process.pid} on ${hostname()} is at work in runs/x`,
  );
  unlock();
  expect(existsSync(file)).toBe(false);
  lockRun(file, 'runs/x')();
});

it('takes over from a process that is gone, and from one whose number another has now', () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  for (const holder of [
    { pid: gone, host: hostname(), began: '1' },
    ...(process.platform === 'linux' ? [{ pid: process.pid, host: hostname(), began: '1' }] : []),
  ]) {
    writeFileSync(file, JSON.stringify(holder));
    const unlock = lockRun(file, 'runs/x');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
    unlock();
  }
});

it('takes over a lock that was torn', () => {
  writeFileSync(file, '{"pid": 1');
  lockRun(file, 'runs/x')();
});

it('does not judge a process of another machine', () => {
  writeFileSync(file, JSON.stringify({ pid: 999_999_999, host: 'elsewhere', began: '1' }));
  expect(() => lockRun(file, 'runs/x')).toThrow('process 999999999 on elsewhere is at work in runs/x');
});

it('frees only its own', () => {
  const unlock = lockRun(file, 'runs/x');
  writeFileSync(file, 'of another');
  unlock();
  expect(existsSync(file)).toBe(true);
});

it('says whether somebody is at work', () => {
  expect(isRunLocked(file)).toBe(false);
  const unlock = lockRun(file, 'runs/x');
  expect(isRunLocked(file)).toBe(true);
  unlock();
  expect(isRunLocked(file)).toBe(false);
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  writeFileSync(file, JSON.stringify({ pid: gone, host: hostname(), began: '1' }));
  expect(isRunLocked(file)).toBe(false);
  writeFileSync(file, '{"pid": 1');
  expect(isRunLocked(file)).toBe(false);
});
