// @ts-check
/** `npm run typecheck`: the types of every project, or of those that are named: npm run typecheck -- packages/core */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { projectFolders } from './projects.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const named = process.argv.slice(2);
const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
const { status } = spawnSync(
  process.execPath,
  [compiler, '--build', ...(named.length > 0 ? named : projectFolders(root))],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
