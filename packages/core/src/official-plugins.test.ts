import { expect, it } from 'vitest';
import { howToGet, officialPackage } from './official-plugins.ts';

it('knows the package of a name', () => {
  expect(officialPackage('task', 'glue')).toBe('@mdpd/task-glue');
  expect(officialPackage('backbone', 'roberta')).toBe('@mdpd/backbone-bert');
  expect(officialPackage('task', 'roberta')).toBeUndefined();
  expect(officialPackage('no such kind', 'glue')).toBeUndefined();
});

it.each([
  ['task', 'glue', ['vtab'], /^npm install @mdpd\/task-glue \(/u],
  ['method', 'lora', [], /^npm install @mdpd\/distill \(/u],
  ['executor', 'onnxruntime', ['wasm'], /^npm install @mdpd\/compile \(/u],
  ['model', 'zoo:tiny-bert', [], /^npm install @mdpd\/zoo \(/u],
  ['task', 'vtap', ['vtab', 'vqa'], /^did you mean "vtab"\?$/u],
  ['task', 'vtap', ['mine'], /^did you mean "vtab"\? It is not installed: npm install @mdpd\/task-vtab$/u],
  ['task', 'sst2', ['glue'], /^write it as `task: glue` with `data.task: sst2`$/u],
  ['task', 'sst2', [], /^npm install @mdpd\/task-glue, then write it as `task: glue` with/u],
])('%s "%s" beside %j', (kind, name, installed, fix) => {
  expect(howToGet(kind, name, installed)).toMatch(fix);
});

it('says nothing about names that are near none', () => {
  expect(howToGet('task', 'entirely-different', ['vtab'])).toBeUndefined();
});
