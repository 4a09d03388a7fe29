import { expect, it } from 'vitest';
import { buildChild } from './built-child.ts';
import { runOurs } from './engines.ts';
import type { EngineStatus } from './job.ts';

it('starts from what was built, and answers as it does from its sources', { timeout: 300_000 }, async () => {
  const status = await runOurs<EngineStatus>({ kind: 'status', engine: 'compiled' }, await buildChild());
  expect(status).toMatchObject({
    available: true,
    reason: expect.stringContaining('ONNX Runtime') as string,
  });
});
