/** A command inside of the test's own process, without a new process for every run. */
import { vi } from 'vitest';

/** What a command has done. */
export interface Captured {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command in `folder` and keeps what it prints from the console. Not for several at once: a process has one working
 * directory.
 */
export async function captured(folder: string, run: () => Promise<number>): Promise<Captured> {
  const before = process.cwd();
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => stdout.push(String(text)) > 0),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => stderr.push(String(text)) > 0),
  ];
  process.chdir(folder);
  try {
    const exitCode = await run();
    return { exitCode, stdout: stdout.join(''), stderr: stderr.join('') };
  } finally {
    process.chdir(before);
    spies.forEach((spy) => spy.mockRestore());
  }
}
