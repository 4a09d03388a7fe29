/** ONNX Runtime for browsers: an optional package, whose files our server gives as they are. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MdpdError } from '@mdpd/core';
import { installCommand, installedPackage, manifestOf } from '../optional-packages.ts';

/** The runtime as it is installed. */
export interface WebRuntime {
  readonly version: string;
  /** The program, an ES module that loads the machine code beside it. */
  readonly program: string;
  readonly machineCode: string;
}

const packageName = 'onnxruntime-web';
const files = { program: 'ort.wasm.bundle.min.mjs', machineCode: 'ort-wasm-simd-threaded.wasm' } as const;
const own = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Looks where Node would, from the working directory first, then from this package.
 * @throws WEB_RUNTIME_MISSING with the command that installs it
 */
export function findWebRuntime(directory: string, from: readonly string[] = [directory, own]): WebRuntime {
  const found = installedPackage(packageName, from);
  if (found) {
    const at = (file: string): string => path.join(found.folder, 'dist', file);
    const runtime = { program: at(files.program), machineCode: at(files.machineCode) };
    if (Object.values(runtime).every((file) => existsSync(file)))
      return { version: found.version, ...runtime };
  }
  const range = manifestOf(own)?.peerDependencies?.[packageName] ?? '';
  throw new MdpdError(
    'WEB_RUNTIME_MISSING',
    found
      ? `${packageName} ${found.version} lacks files that the page needs`
      : `the package ${packageName}, which runs models in browsers, is not installed`,
    { place: found?.folder, fix: installCommand(packageName, range), exitCode: 2 },
  );
}
