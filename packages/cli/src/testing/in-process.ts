/** The command inside of the test's own process: what `bin/mdpd.js` calls, without a new process for every run. */
import { vi } from 'vitest';
import { main } from '../main.ts';
import type { Finished } from './workspace.ts';

/** Runs `mdpd` in `folder`; nothing is printed. Not for several at once: a process has one working directory. */
export async function mdpdHere(folder: string, ...argv: string[]): Promise<Finished> {
  const before = process.cwd();
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => stdout.push(String(text)) > 0),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => stderr.push(String(text)) > 0),
  ];
  process.chdir(folder);
  try {
    const exitCode = await main(argv);
    return { exitCode, stdout: stdout.join(''), stderr: stderr.join('') };
  } finally {
    process.chdir(before);
    spies.forEach((spy) => spy.mockRestore());
  }
}
