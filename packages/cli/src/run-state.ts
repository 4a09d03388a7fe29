/** What state a run is in, as its folder says: for who did not start it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { MdpdError } from '@mdpd/core';
import type { Result } from '@mdpd/report/result';
import { z } from 'zod';
import { isRunLocked } from './checkpoint/run-lock.ts';
import { readJson } from './files.ts';
import { readResult } from './result.ts';
import { runFiles } from './run-folder.ts';

/** `absent`: there is no run. `stopped`: no process is at work; the run may go on. */
export type RunState =
  | { readonly kind: 'absent' | 'running' | 'stopped' }
  | { readonly kind: 'finished'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: MdpdError };

/** What is read of failed.json. */
const failureSchema = z.looseObject({
  code: z.string(),
  message: z.string(),
  place: z.string().optional(),
  allowed: z.string().optional(),
  fix: z.string().optional(),
});

/**
 * The state at this moment. A run that was stopped on request counts as stopped, though failed.json says so.
 * Throws RESULT_INVALID and what reading throws.
 */
export function runState(folder: string): RunState {
  const file = (name: keyof typeof runFiles): string => path.join(folder, runFiles[name]);
  // First: who frees the lock has written the files below before.
  const locked = isRunLocked(file('lock'));
  if (existsSync(file('result'))) return { kind: 'finished', result: readResult(file('result')) };
  if (locked) return { kind: 'running' };
  if (!existsSync(file('recipe'))) return { kind: 'absent' };
  const error = failureOf(file('failed'));
  return error && error.code !== 'INTERRUPTED' ? { kind: 'failed', error } : { kind: 'stopped' };
}

function failureOf(file: string): MdpdError | undefined {
  let content: object;
  try {
    content = readJson(file);
  } catch (thrown) {
    // A run that goes on has removed it.
    if (thrown instanceof MdpdError && thrown.code === 'FILE_NOT_FOUND') return undefined;
    throw thrown;
  }
  const parsed = failureSchema.safeParse(content);
  if (!parsed.success) return new MdpdError('INTERNAL', 'failed.json does not say why', { place: file });
  const { code, message, ...details } = parsed.data;
  return new MdpdError(code, message, details);
}
