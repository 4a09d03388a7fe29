/** The command inside of the test's own process: what `bin/mdpd.js` calls, without a new process for every run. */
import { captured } from '@mdpd/testing/captured';
import { main } from '../main.ts';
import type { Finished } from './workspace.ts';

/** Runs `mdpd` in `folder`; nothing is printed. Not for several at once. */
export function mdpdHere(folder: string, ...argv: string[]): Promise<Finished> {
  return captured(folder, () => main(argv));
}
