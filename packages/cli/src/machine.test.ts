import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { featuresOf, isSupported, linuxFlags, processorLimit, readMachine } from './machine.ts';

it.each([
  ['v20.19.0', '>=20.19', true],
  ['v20.18.3', '>=20.19', false],
  ['v20.20.2', '>=20.19', true],
  ['v18.20.4', '>=20.19', false],
  ['v22.1.0', '>=20.19', true],
  ['v24.0.0', '>=24', true],
  ['v23.11.0', '>=24', false],
])('knows whether %s is %s', (version, wanted, is) => {
  expect(isSupported(version, wanted)).toBe(is);
});

it.each([
  ['flags\t\t: fpu sse4_2 avx avx2 fma avx512f avx512_vnni bmi2\n', ['AVX', 'AVX2', 'FMA', 'AVX512', 'VNNI']],
  ['flags\t\t: fpu sse4_2\nflags\t\t: fpu avx\n', []],
  ['Features\t: fp asimd evtstrm asimddp\n', ['NEON', 'dot product']],
  ['model name\t: unknown\n', []],
])('reads vector instructions of %j', (cpuinfo, names) => {
  expect(featuresOf(linuxFlags(`processor\t: 0\n${cpuinfo}`))).toEqual(names);
});

it('reads those of macOS', () => {
  expect(featuresOf('FPU SSE4.2 AVX1.0 FMA\nAVX2 BMI1 AVX512F')).toEqual(['AVX', 'AVX2', 'FMA', 'AVX512']);
});

describe('limits of a container', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'mdpd-cgroup-'));
    mkdirSync(path.join(root, 'cpu'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const write = (name: string, text: string): void => writeFileSync(path.join(root, name), text);

  it.each([
    ['150000 100000\n', 1.5],
    ['400000 100000\n', null],
    ['max 100000\n', null],
  ])('of version 2: %j', (text, limit) => {
    write('cpu.max', text);
    expect(processorLimit(root, 4)).toBe(limit);
  });

  it.each([
    ['200000\n', '100000\n', 2],
    ['-1\n', '100000\n', null],
    ['', '', null],
  ])('of version 1: %j of %j', (quota, period, limit) => {
    write('cpu/cpu.cfs_quota_us', quota);
    write('cpu/cpu.cfs_period_us', period);
    expect(processorLimit(root, 4)).toBe(limit);
  });

  it('none without control groups', () => {
    expect(processorLimit(path.join(root, 'nowhere'), 4)).toBeNull();
  });
});

it('reads this machine', () => {
  const machine = readMachine();
  expect(machine).toMatchObject({
    node: process.version,
    nodeWanted: '>=20.19',
    nodeSupported: true,
    platform: `${process.platform} ${process.arch}`,
    threads: availableParallelism(),
  });
  expect(machine.memoryBytes).toBeGreaterThan(machine.freeMemoryBytes);
  if (machine.memoryLimitBytes !== null) expect(machine.memoryLimitBytes).toBeLessThan(machine.memoryBytes);
  if (process.platform === 'linux') expect(machine.features).not.toEqual([]);
});
