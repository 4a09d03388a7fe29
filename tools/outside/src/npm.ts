/** Runs npm without a shell, the same way on every system. */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** npm's own script: what started this process, beside Node, or the one on the PATH. Throws where there is none. */
export function npmScript(): string {
  const started = process.env['npm_execpath'];
  const folders = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)];
  const candidates = [
    ...(started?.endsWith('npm-cli.js') ? [started] : []),
    ...folders.flatMap((folder) => [
      join(folder, 'node_modules/npm/bin/npm-cli.js'),
      join(folder, '../lib/node_modules/npm/bin/npm-cli.js'),
      join(folder, 'npm'),
    ]),
  ];
  for (const candidate of candidates) {
    if (!existsSync(candidate)) continue;
    const real = realpathSync(candidate);
    if (real.endsWith('npm-cli.js')) return real;
  }
  throw new Error(`npm is not found: ${candidates.join(', ')}`);
}

/** Nothing of the test run reaches a program that it starts, which may itself run tests; no colours. */
export const cleanEnvironment = {
  ...process.env,
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
  NODE_OPTIONS: undefined,
  VITEST: undefined,
};

/** Standard output of `npm …` in a folder. Throws with what npm said. */
export function npm(folder: string, ...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [npmScript(), ...argv], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: cleanEnvironment,
  });
  if (status !== 0) throw new Error(`npm ${argv.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}
