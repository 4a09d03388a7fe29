// @ts-check
/** `nx run task-vtab:smoke`: a few steps of a recipe, in a folder that is removed afterwards. Arguments are those of `mdpd train`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mdpd } from './command.mjs';

const folder = mkdtempSync(join(tmpdir(), 'mdpd-smoke-'));
try {
  process.exitCode = await mdpd(['train', ...process.argv.slice(2), '--smoke', '--out', join(folder, 'run')]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
