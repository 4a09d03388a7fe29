/** `mdpd serve` as a user starts it, on a port that is free. */
import type { Workspace } from '@mdpd/cli/testing/workspace';

/** A server that is running. */
export interface Served {
  readonly address: string;
  /** Ctrl-C; resolves with the exit code and everything that it printed. */
  stop(): Promise<{ readonly exitCode: number | null; readonly said: string }>;
}

/** Starts the server of a run or model, and waits until its page can be opened. */
export async function startServing(workspace: Workspace, ...argv: string[]): Promise<Served> {
  const { child, finished } = workspace.start('serve', ...argv, '--port', '0');
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout!.on('data', (text: string) => {
      said += text;
      const found = /^Page\s+(\S+)$/mu.exec(said)?.[1];
      if (found) resolve(found);
    });
    void finished.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)), reject);
  });
  return {
    address,
    async stop() {
      child.kill('SIGINT');
      const { exitCode, stdout, stderr } = await finished;
      return { exitCode, said: stdout + stderr };
    },
  };
}
