/** Packs before the tests of this folder, once for all of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packAll, type Packed } from './pack.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    packed: readonly Packed[];
  }
}

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'mdpd-packed-'));
  project.provide('packed', packAll(folder));
  return () => rmSync(folder, { recursive: true, force: true });
}
