import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { vtabMeans } from './vtab-means.ts';
import { findVtabTask, vtabTasks } from './vtab-tasks.ts';

describe('the 19 tasks', () => {
  it('are 7 natural, 4 specialized and 8 structured', () => {
    const count = (group: string) => vtabTasks.filter((task) => task.group === group).length;
    expect([vtabTasks.length, count('natural'), count('specialized'), count('structured')]).toEqual([
      19, 7, 4, 8,
    ]);
    const names = vtabTasks.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names.map((name) => name.replaceAll('_', ''))).size).toBe(names.length);
    // Sums over the published table: any slip in a row shows.
    expect(vtabTasks.reduce((sum, task) => sum + task.classes, 0)).toBe(940);
    expect(vtabTasks.reduce((sum, task) => sum + task.testRows, 0)).toBe(387_904);
  });

  it.each([
    ['cifar', 'cifar'],
    ['CIFAR-100', 'cifar'],
    ['cifar_100', 'cifar'],
    ['pets', 'oxford_iiit_pet'],
    ['flowers102', 'oxford_flowers102'],
    ['dsprites-orientation', 'dsprites_ori'],
    ['smallnorb_azimuth', 'smallnorb_azi'],
    ['sNORB-Elev', 'smallnorb_ele'],
    ['Patch Camelyon', 'patch_camelyon'],
  ])('%s is %s', (name, folder) => {
    expect(findVtabTask(name).name).toBe(folder);
  });

  it('names the nearest task', () => {
    expect(() => findVtabTask('eurosatt', 'data.name')).toThrowError(
      expect.objectContaining({
        code: 'VTAB_TASK',
        message: '"eurosatt" is none of the 19 tasks of VTAB-1k',
        place: 'data.name',
        allowed: vtabTasks.map(({ name }) => name).join(', '),
        fix: 'did you mean "eurosat"?',
        exitCode: 2,
      }),
    );
  });
});

describe('vtabMeans', () => {
  const all = Object.fromEntries(vtabTasks.map(({ name }) => [name, 0]));

  it('tells the mean over tasks from the mean over groups', () => {
    const natural = Object.fromEntries(
      vtabTasks.map(({ name, group }) => [name, { natural: 70, specialized: 80, structured: 60 }[group]]),
    );
    const means = vtabMeans(natural);
    expect(means.groups).toEqual({ natural: 70, specialized: 80, structured: 60 });
    expect(means.groupMean).toBe(70);
    expect(means.taskMean).toBeCloseTo((7 * 70 + 4 * 80 + 8 * 60) / 19, 12);
  });

  it('reproduces a published row: VPT-Deep on ViT-B/16, whose group means are 78.48, 82.43 and 54.98', () => {
    const row = [
      78.8, 90.8, 65.8, 98.0, 88.3, 78.1, 49.6, 81.8, 96.1, 83.4, 68.4, 68.5, 60.0, 46.5, 72.8, 73.6, 47.9,
      32.9, 37.8,
    ];
    const means = vtabMeans(Object.fromEntries(vtabTasks.map(({ name }, index) => [name, row[index]!])));
    expect(means.groups.natural).toBeCloseTo(78.48, 1);
    expect(means.groups.specialized).toBeCloseTo(82.43, 1);
    expect(means.groups.structured).toBeCloseTo(54.98, 1);
    expect(means.groupMean).toBeCloseTo(71.97, 1);
    expect(means.taskMean).toBeCloseTo(69.43, 1);
  });

  it('refuses a mean of some tasks', () => {
    const { cifar: _cifar, ...others } = all;
    expect(() => vtabMeans(others)).toThrowError(
      expect.objectContaining({
        code: 'VTAB_MEANS',
        message: 'a mean over 18 of the 19 tasks is not comparable',
        fix: 'missing: cifar',
      }),
    );
    expect(() => vtabMeans({ ...all, cifar100: 3 })).toThrowError('there are two accuracies for cifar');
    expect(() => vtabMeans({ ...all, dtd: NaN })).toThrowError('the accuracy of dtd is NaN');
  });
});

it('package.json names them for Nx, whose targets are made without reading sources', () => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { mdpd } = JSON.parse(text) as { mdpd: { tasks: { vtab: string[] } } };
  expect(mdpd.tasks.vtab).toEqual(vtabTasks.map(({ name }) => name));
});
