import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forbidTelemetry } from './no-telemetry.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mdpd-telemetry-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Loads the runtime in a new process; gives the files that it left for temporary ones. */
function filesOf(prepare: string): string[] {
  const program = `${prepare}
    const ort = (await import('onnxruntime-node')).default;
    ort.listSupportedBackends();
    try { await ort.InferenceSession.create(new Uint8Array(8)); } catch {}`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    // It knows by its environment where programs are only tested, and keeps quiet there.
    env: { PATH: process.env['PATH'], TMPDIR: folder },
  });
  return readdirSync(folder);
}

it.skipIf(process.platform === 'win32')('keeps the runtime from beginning to tell', () => {
  // Otherwise the test shows nothing: then this version has stopped to do it.
  expect(filesOf('').length).toBeGreaterThan(0);
  rmSync(folder, { recursive: true });
  folder = mkdtempSync(path.join(tmpdir(), 'mdpd-telemetry-'));
  expect(filesOf(`process.env.ORT_DISABLE_TELEMETRY ??= '1';`)).toEqual([]);
});

it('does not overrule who wants it', () => {
  const [unset, set]: NodeJS.ProcessEnv[] = [{}, { ORT_DISABLE_TELEMETRY: '0' }];
  forbidTelemetry(unset);
  forbidTelemetry(set);
  expect([unset, set]).toEqual([{ ORT_DISABLE_TELEMETRY: '1' }, { ORT_DISABLE_TELEMETRY: '0' }]);
});
