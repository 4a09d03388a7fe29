// @ts-check
/** Runs the `mdpd` command of this workspace and passes its exit code on. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export async function mdpd(args) {
  return (await start(args, 'inherit')).code;
}

/**
 * The same with what it answers on standard output, which is not shown.
 * @param {readonly string[]} args
 */
export function answerOf(args) {
  return start(args, 'pipe');
}

/**
 * @param {readonly string[]} args
 * @param {'inherit' | 'pipe'} stdout
 * @returns {Promise<{ code: number, text: string }>}
 */
function start(args, stdout) {
  const child = spawn(process.execPath, [join(root, 'packages/cli/bin/mdpd.js'), ...args], {
    cwd: root,
    stdio: ['inherit', stdout, 'inherit'],
  });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (more) => (text += more));
  // The command ends itself in good order, and this process waits for it.
  const pass = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal);
  process.on('SIGINT', pass).on('SIGTERM', pass);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve({ code: code ?? 1, text });
    });
  });
}

/**
 * Takes `--name=value` or `--name value` out of arguments.
 * @param {readonly string[]} args
 * @param {string} name
 * @returns {{ value: string | undefined, rest: string[] }}
 */
export function takeOption(args, name) {
  const at = args.findIndex((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`));
  if (at < 0) return { value: undefined, rest: [...args] };
  const argument = /** @type {string} */ (args[at]);
  const equals = argument.indexOf('=');
  const length = equals < 0 ? 2 : 1;
  return {
    value: equals < 0 ? args[at + 1] : argument.slice(equals + 1),
    rest: [...args.slice(0, at), ...args.slice(at + length)],
  };
}
