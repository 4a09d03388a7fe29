import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../bin/bench.js', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mdpd-bench-main-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, MDPD_PYTHON: '/nowhere/python' },
  });
  return { stdout, stderr, status };
}

const results = {
  rows: [
    {
      shape: 'vit-s',
      row: 'head',
      engine: 'wasm',
      ms: 1234,
      minMs: 1200,
      timed: 7,
      peakRssBytes: 456e6,
      modelRssBytes: 3e8,
      libraryRssBytes: 1e8,
      othersCpu: 0,
    },
  ],
  environment: {
    node: 'v20.20.2',
    platform: 'linux x64',
    cpu: 'some processor',
    threads: 2,
    versions: {},
    gitCommit: '0123456789abcdef',
    gitDirty: false,
    memoryBytes: 25e9,
    engines: { wasm: 'tfjs on WebAssembly' },
    rounds: 1,
    date: '2026-01-02',
  },
};

describe('npm run bench', () => {
  it('shows an earlier run', () => {
    const file = path.join(folder, 'bench.json');
    writeFileSync(file, JSON.stringify(results));
    expect(run('--from', file)).toEqual({
      status: 0,
      stderr: '',
      stdout:
        'vit-s: 12 blocks × 384, 6 heads, 197 tokens, batch 8\n' +
        '  row        wasm, ms  wasm, MB\n' +
        '  head  1,234 (1,200)       456\n\n' +
        '2026-01-02, some processor, 2 threads, 25 GB, Node v20.20.2, commit 012345678, 1 round. ' +
        'wasm: tfjs on WebAssembly.\n',
    });
    expect(JSON.parse(run('--json', '--from', file).stdout)).toEqual(results);
  });

  it('prints help', () => {
    const { stdout, stderr, status } = run('--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Times training steps[^]*--check/u);
  });

  it('refuses what it does not know, with exit code 2', () => {
    expect(run('--shape', 'vit-x')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'error OPTION_VALUE\n' +
        '  option --shape of the bench is "vit-x"\n' +
        '  allowed: vit-s, vit-b, bert-base, vilt, spam, spam-512\n' +
        '  fix: did you mean "vit-s"?\n',
    });
  });

  it('refuses files of others', () => {
    const file = path.join(folder, 'other.json');
    writeFileSync(file, '{"rows": 1}');
    expect(run('--from', file)).toEqual({
      status: 2,
      stdout: '',
      stderr:
        `error BENCH_FILE at ${file}\n` +
        '  this is not what the bench writes\n' +
        '  fix: npm run bench --silent -- --json > FILE\n',
    });
    expect(run('--from', path.join(folder, 'none.json'))).toMatchObject({ status: 2 });
  });

  it('says that nothing is left to measure without PyTorch', () => {
    const { stdout, stderr, status } = run('--engine', 'pytorch', '--only', 'head', '--shape', 'vit-s');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^pytorch is skipped: \/nowhere\/python has no PyTorch \(.*\); set MDPD_PYTHON to a Python that has torch\nerror BENCH_NOTHING\n/u,
    );
  });
});
