/**
 * The measuring process as users run our packages: built. Run from its sources, it has a second thread that removes their
 * types, which takes 40 MB that no user's process takes.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MdpdError } from '@mdpd/core/errors';
import { build } from 'esbuild';

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Builds the packages and the process. Returns the script that starts it; throws BENCH_BUILD. */
export async function buildChild(): Promise<string> {
  const types = spawnSync(process.execPath, [file('../../scripts/typecheck.js')], { encoding: 'utf8' });
  if (types.status !== 0) {
    throw new MdpdError('BENCH_BUILD', `the packages cannot be built:\n${types.stdout}${types.stderr}`, {
      fix: 'npm run typecheck',
    });
  }
  const outfile = file('../dist/child.js');
  await build({
    entryPoints: [file('./child.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return file('../bin/built-child.js');
}
