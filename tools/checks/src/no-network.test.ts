/** Nothing asks the network unless a hub source is named: whole ways of users in a process that is not able to. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './workspace.ts';

const preload = fileURLToPath(new URL('./forbid-network.cjs', import.meta.url));
const source = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));

const folder = mkdtempSync(join(tmpdir(), 'mdpd-no-network-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Native code that would send something later keeps files for it here. */
const temporary = join(folder, 'temporary');
mkdirSync(temporary);

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Calls that were stopped. */
  readonly calls: readonly string[];
}

let runs = 0;

/** Runs a program whose network calls fail. */
function run(program: string): Ran {
  const log = join(folder, `calls-${runs++}.txt`);
  const file = join(folder, `program-${runs}.mjs`);
  writeFileSync(file, program);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      NODE_OPTIONS: `--require ${JSON.stringify(preload)}`,
      MDPD_NETWORK_LOG: log,
      HF_HUB_CACHE: join(folder, 'hub'),
      TMPDIR: temporary,
      ORT_DISABLE_TELEMETRY: undefined,
      HF_HUB_OFFLINE: undefined,
      NO_COLOR: '1',
    },
  });
  return {
    status,
    stdout,
    stderr,
    calls: existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [],
  };
}

/** Commands one after the other, in one process as it starts them; each must have `exitCode`. */
function commands(lines: readonly (readonly string[])[], exitCode = 0): Ran {
  const bin = JSON.stringify(new URL('../../../packages/cli/bin/', import.meta.url).href);
  return run(`
    import { register } from 'node:module';
    register('./source-loader.js', ${bin});
    const { main } = await import(${source('../../../packages/cli/src/main.ts')});
    for (const line of ${JSON.stringify(lines)}) {
      const code = await main(line);
      if (code !== ${exitCode}) throw new Error('mdpd ' + line.join(' ') + ' ended with ' + code);
    }`);
}

describe('the means', () => {
  it.each([
    ['fetch', "await fetch('http://127.0.0.1:9')"],
    ['http.request http://127.0.0.1:9', "(await import('node:http')).request('http://127.0.0.1:9')"],
    ['https.get https://127.0.0.1:9', "(await import('node:https')).get('https://127.0.0.1:9')"],
    ['connect 127.0.0.1:9', "(await import('node:net')).connect({ host: '127.0.0.1', port: 9 })"],
    ['tls.connect 127.0.0.1:9', "(await import('node:tls')).connect({ host: '127.0.0.1', port: 9 })"],
    ['dns.lookup example.org', "(await import('node:dns')).lookup('example.org', () => {})"],
    ['dns.promises.lookup example.org', "await (await import('node:dns/promises')).lookup('example.org')"],
    ['dgram.send x', "(await import('node:dgram')).createSocket('udp4').send('x', 9, '127.0.0.1')"],
    [
      'fetch',
      `const { Worker } = await import('node:worker_threads');
       const code = "fetch('http://127.0.0.1:9')";
       const worker = new Worker(code, { eval: true, execArgv: [] });
       await new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve));`,
    ],
    [
      'fetch',
      `const { execFileSync } = await import('node:child_process');
       execFileSync(process.execPath, ['-e', "fetch('http://127.0.0.1:9')"], { stdio: 'pipe' });`,
    ],
  ])('stops %s', (call, program) => {
    const { status, stderr, calls } = run(program);
    expect(calls).toEqual([expect.stringContaining(call)]);
    expect(stderr).toContain(`NETWORK_FORBIDDEN: ${call}`);
    expect(status).toBe(1);
  });

  it('notices a call whose failure is caught', () => {
    const { status, calls } = run("try { await fetch('http://127.0.0.1:9') } catch {}");
    expect(status).toBe(0);
    expect(calls).toEqual(['fetch http://127.0.0.1:9']);
  });

  it('notices the hub, where a recipe names it', () => {
    const named = ['train', 'configs/vtab/mnist.yaml', 'backbone=hub:google/vit-base-patch16-224', '--smoke'];
    const { stderr, calls } = commands([[...named, '--out', join(folder, 'hub-run')]], 1);
    expect(calls.length, stderr).toBeGreaterThan(0);
    expect(calls[0]).toMatch(/^fetch https:\/\//u);
    expect(stderr).toMatch(/^error HUB_ANSWER .*\n.*NETWORK_FORBIDDEN: fetch/mu);
  });
});

it('trains, evaluates, verifies, predicts and exports without a network', { timeout: 300_000 }, () => {
  const out = join(folder, 'run');
  const { status, stdout, stderr, calls } = commands([
    ['train', 'configs/vtab/mnist.yaml', 'method=norm', '--smoke', '--out', out],
    ['evaluate', out],
    ['verify', out, '--no-evaluate'],
    ['predict', out, 'packages/data/src/oracles/grey.png'],
    ['export', out, '--limit', '3'],
  ]);
  expect(status, stderr).toBe(0);
  expect(calls).toEqual([]);
  expect(stdout).toContain('nothing is wrong');
  expect(existsSync(join(out, 'model/onnx/model.onnx'))).toBe(true);
  expect(readdirSync(temporary)).toEqual([]);
});
