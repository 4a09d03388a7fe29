import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MdpdError } from '@mdpd/core/errors';
import { afterAll, describe, expect, it } from 'vitest';
import { inputMaker, writeInput } from './make-input.ts';
import { isFailure } from './outcome.ts';
import type { Reader } from './reader.ts';
import { readers } from './readers/all.ts';
import { runReader, type RunResult } from './run-reader.ts';
import { loadReplay } from './saved.ts';
import { broken } from './testing/broken-readers.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'mdpd-fuzz-test-'));
mkdirSync(path.join(scratch, 'canary'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** `read`, or the code of the error for people. Everything else that is thrown fails the test. */
async function outcomeOf(reader: Reader): Promise<string> {
  try {
    await reader.read(path.join(scratch, 'in'));
    return 'read';
  } catch (error) {
    if (error instanceof MdpdError) return error.code;
    throw error;
  }
}

/** Decoding images and loading plugins takes longer than CI has for this. */
const slow = ['image', 'recipe', 'config', 'idx'];
const seed = 7;
const inputs = 20;

describe.each(readers.filter(({ name }) => !slow.includes(name)))('reader $name', (reader) => {
  it('reads what is right, and refuses what is wrong in words', async () => {
    const make = await inputMaker(reader, seed);
    const right = (await reader.seeds()).length;
    const kinds = new Set<string>();
    for (let index = 0; index < Math.min(right, 10) + inputs; index++) {
      const isRight = index < Math.min(right, 10);
      writeInput(scratch, make(isRight ? index : right + index));
      const kind = await outcomeOf(reader);
      if (isRight && reader.name !== 'torch') expect(kind).toBe('read');
      kinds.add(kind);
    }
    // Neither is everything refused, nor are the changes without effect.
    expect(kinds).toContain('read');
    expect(kinds.size).toBeGreaterThan(1);
  });
});

describe('the harness', () => {
  // Each of them misbehaves once or twice among its first five inputs.
  const brokenSeed = 59;
  const limits = { workMilliseconds: 500, waitMilliseconds: 1500 };
  const expected: Readonly<Record<string, string>> = {
    'broken-crash': 'crash',
    'broken-hang': 'hang',
    'broken-sleep': 'hang',
    'broken-memory': 'memory',
    'broken-escape': 'escape',
    'broken-write': 'escape',
    'broken-pollution': 'crash',
    'broken-stray': 'crash',
    'broken-disguise': 'crash',
    'broken-exit': 'crash',
  };

  /** Those that would keep the test waiting. */
  const isSlow = (name: string): boolean => name === 'broken-hang' || name === 'broken-sleep';

  /** What every input must come to, by its byte. */
  async function foreseen(reader: Reader, count: number): Promise<string[]> {
    const make = await inputMaker(reader, brokenSeed);
    return Array.from({ length: count }, (_, index) => {
      const first = make(index).files['x']![0]!;
      return first > 200 ? expected[reader.name]! : first > 100 ? 'TOO_LARGE' : 'read';
    });
  }

  it('catches readers that crash, hang, hoard, leave their folder or lie about it, and no others', async () => {
    const keep = path.join(scratch, 'kept');
    const found: Record<string, RunResult> = {};
    await Promise.all(
      broken.map(async ({ name }) => {
        found[name] = await runReader({
          reader: name,
          seed: brokenSeed,
          inputs: 5,
          keep,
          ...(isSlow(name) ? { limits } : {}),
        });
      }),
    );
    expect(broken.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
    for (const reader of broken) {
      const kinds = found[reader.name]!.outcomes.map(({ kind }) => kind);
      expect([reader.name, ...kinds]).toEqual([reader.name, ...(await foreseen(reader, 5))]);
      expect(kinds).toContain(expected[reader.name]);
    }
    // What was kept is the input itself.
    const { outcomes, kept } = found['broken-crash']!;
    const failed = outcomes.find(isFailure)!;
    const saved = loadReplay(kept[0]!);
    expect(saved).toMatchObject({ reader: 'broken-crash', seed: brokenSeed, index: failed.index });
    const make = await inputMaker(broken[0]!, brokenSeed);
    expect(Buffer.from(saved.input.files['x']!)).toEqual(Buffer.from(make(failed.index).files['x']!));
    const replayed = await runReader({
      reader: 'broken-crash',
      seed: brokenSeed,
      inputs: 1,
      replay: kept[0]!,
    });
    expect(replayed.outcomes.map(({ kind }) => kind)).toEqual(['crash']);
    expect(JSON.parse(readFileSync(kept[0]!, 'utf8'))).toHaveProperty('files.x');
  });
});
