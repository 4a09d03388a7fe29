import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { lockRun } from './checkpoint/run-lock.ts';
import { runState, type RunState } from './run-state.ts';
import { exampleResult } from './testing/example-result.ts';

const root = mkdtempSync(path.join(tmpdir(), 'mdpd-state-'));
const folder = path.join(root, 'run');
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});
const write = (name: string, content: unknown): void =>
  writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const kind = (): RunState['kind'] => runState(folder).kind;

it('knows a run that is there, at work, stopped and killed', () => {
  expect(runState(path.join(root, 'nowhere')).kind).toBe('absent');
  expect(kind()).toBe('absent');
  write('recipe.yaml', 'task: vtab\n');
  const unlock = lockRun(path.join(folder, 'run.lock'), 'run');
  expect(kind()).toBe('running');
  unlock();
  expect(kind()).toBe('stopped');
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  write('run.lock', { pid: gone, host: hostname(), began: '1' });
  expect(kind()).toBe('stopped');
});

it('knows a finished one, also before its lock is freed', () => {
  write('recipe.yaml', 'task: vtab\n');
  const unlock = lockRun(path.join(folder, 'run.lock'), 'run');
  write('result.json', exampleResult());
  expect(runState(folder)).toMatchObject({ kind: 'finished', result: { recipe: 'mnist' } });
  unlock();
  expect(kind()).toBe('finished');
  write('result.json', '{}');
  expect(() => runState(folder)).toThrow(/^recipe: /);
});

it('knows one that failed, why, and one that was stopped on request', () => {
  write('recipe.yaml', 'task: vtab\n');
  write('failed.json', { code: 'LOSS_NOT_FINITE', message: 'no number', fix: 'a smaller rate', report: {} });
  expect(runState(folder)).toMatchObject({
    kind: 'failed',
    error: { code: 'LOSS_NOT_FINITE', message: 'no number', fix: 'a smaller rate' },
  });
  const unlock = lockRun(path.join(folder, 'run.lock'), 'run');
  expect(kind()).toBe('running');
  unlock();
  write('failed.json', { code: 'INTERRUPTED', message: 'stopped on request' });
  expect(kind()).toBe('stopped');
  write('failed.json', { code: 7 });
  expect(runState(folder)).toMatchObject({ kind: 'failed', error: { code: 'INTERNAL' } });
  write('failed.json', 'torn');
  expect(() => runState(folder)).toThrow('not valid JSON');
});
