/** Opens an address in the user's browser. */
import { spawn } from 'node:child_process';

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/**
 * @param address - one of ours
 * @param failed - told where nothing opens it: the address stands on the terminal anyway
 */
export function openBrowser(address: string, failed: () => void): void {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, address], { stdio: 'ignore', detached: true });
  child.on('error', failed);
  child.unref();
}
