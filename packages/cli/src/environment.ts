/** What a result depends on besides recipe and seed: machine, versions, state of the repository. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Result } from '@mdpd/report/result';

const run = promisify(execFile);

/** Packages whose version changes results. */
const keyPackages = [
  '@mdpd/cli',
  '@mdpd/distill',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-wasm',
  'onnxruntime-node',
  'sharp',
];

export async function readEnvironment(directory: string): Promise<Result['environment']> {
  const { gitCommit, gitDirty } = await gitState(directory);
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpuName(),
    threads: availableParallelism(),
    versions: packageVersions(),
    gitCommit,
    gitDirty,
  };
}

export function cpuName(): string {
  return cpus()[0]?.model.trim() || 'unknown';
}

/** Versions of the key packages that are installed, as this command sees them. */
export function packageVersions(names: readonly string[] = keyPackages): Record<string, string> {
  const found = names.map((name) => [name, packageVersion(name)] as const);
  return Object.fromEntries(
    found.filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  );
}

/** Looks where Node would: in `node_modules` of this file's folder and of those above, then through other packages. */
function packageVersion(name: string): string | undefined {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      const text = readFileSync(path.join(folder, name, 'package.json'), 'utf8');
      return (JSON.parse(text) as { version?: string }).version;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Commit of the working directory and whether files differ from it; nulls where there is no git or no repository. */
async function gitState(directory: string): Promise<Pick<Result['environment'], 'gitCommit' | 'gitDirty'>> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', args, { cwd: directory, timeout: 10_000, maxBuffer: 64_000_000 });
    return stdout.trim();
  };
  try {
    const gitCommit = await git('rev-parse', 'HEAD');
    return { gitCommit, gitDirty: (await git('status', '--porcelain', '--untracked-files=no')) !== '' };
  } catch {
    return { gitCommit: null, gitDirty: null };
  }
}
