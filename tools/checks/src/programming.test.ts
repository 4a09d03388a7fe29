/** docs/programming.md stands alone: its programs are run, and its server is asked. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { DocumentedWay } from './documented-way.ts';

const way = new DocumentedWay('docs/programming.md');
afterAll(() => way.remove());

it('trains', () => {
  const { status, stdout, stderr } = way.runProgram('train.mjs');
  expect(status, stderr).toBe(0);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^(step \d of 6: loss \d\.\d{3}\n){6}accuracy [\d.]+, \d+ MB\n$/u);
  expect(existsSync(join(way.folder(), 'runs/messages/model/model.safetensors'))).toBe(true);
});

it('serves', async () => {
  await way.whileServing('server.mjs', async (address) => {
    const ask = async (text: string): Promise<unknown> =>
      (await fetch(`${address}?text=${encodeURIComponent(text)}`)).json();
    const answers = await Promise.all(['Where is my parcel', 'Where is my money'].map(ask));
    for (const { value, top } of answers as { value: string; top: { value: string }[] }[]) {
      expect(['billing', 'delivery']).toContain(value);
      expect(top.map((each) => each.value)).toContain(value);
    }
  });
});

it('evaluates', () => {
  const { status, stdout, stderr } = way.runProgram('evaluate.mjs');
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^accuracy [\d.]+ of 4 examples\n$/u);
});
