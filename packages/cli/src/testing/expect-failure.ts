/** What every failed command has in common, whatever went wrong. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { Finished, Workspace } from './workspace.ts';

/**
 * Checks the exit code, that there is one clear message and no stack trace, and that nothing looks finished. Returns
 * the message, with the folder of the workspace as ROOT.
 */
export function expectFailure(
  workspace: Workspace,
  { exitCode, stdout, stderr }: Finished,
  code: 1 | 2,
): string {
  const start = stderr.search(/^error /m);
  expect(start, stderr).toBeGreaterThanOrEqual(0);
  const message = stderr.slice(start).trimEnd().replaceAll(workspace.root, 'ROOT');
  expect(message.match(/^error /gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/^ {4}at |node:internal|INTERNAL/m);
  expect(stdout).toBe('');
  expect(exitCode).toBe(code);
  expect(finishedThings(workspace.path('out'))).toEqual([]);
  return message;
}

/** What makes a folder look like a finished run or a whole model. */
function finishedThings(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => ['result.json', 'model.safetensors'].includes(path.basename(name)));
}
