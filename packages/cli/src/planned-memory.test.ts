import { expect, it } from 'vitest';
import { rss } from '@mdpd/tensor/memory-meter';
import { availableBytes, PlannedMemory } from './planned-memory.ts';

it('keeps the most, and warns once, before there is too little', () => {
  const warnings: number[] = [];
  const planned = new PlannedMemory((bytes, free) => warnings.push(bytes / free));
  planned.add({ name: 'too early', arenaBytes: 1e15, nodes: 100 });
  expect(planned.bytes).toBeUndefined();
  planned.begin({ memory: () => ({ liveBytes: 3e6, liveTensors: 1 }) });
  planned.add({ name: 'step', arenaBytes: 20e6, nodes: 100 });
  const first = planned.bytes!;
  expect(first).toBeGreaterThan(rss().rssBytes);
  expect(warnings).toEqual([]);
  planned.add({ name: 'larger', arenaBytes: 1e15, nodes: 100 });
  planned.add({ name: 'larger still', arenaBytes: 1e15, nodes: 100 });
  planned.add({ name: 'smaller', arenaBytes: 10e6, nodes: 100 });
  expect(planned.bytes! - first).toBeCloseTo(1e15 - 20e6, -6);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toBeGreaterThan(1);
});

it('knows how much memory there is', () => {
  expect(availableBytes()).toBeGreaterThan(rss().rssBytes);
});
