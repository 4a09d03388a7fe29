import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTaskFixture, labelsOf, type TaskFixture } from './testing/task-fixture.ts';

let fixture: TaskFixture;
beforeEach(() => {
  fixture = createTaskFixture();
});
afterEach(() => fixture.remove());

const open: TaskFixture['open'] = (recipe, given) => fixture.open(recipe, given);
const addImages: TaskFixture['addImages'] = (images) => fixture.addImages(images);

describe('VTAB-1k', () => {
  /** A small copy of one task: `rows` images in every list. */
  async function addTask(name: string, rows: Readonly<Record<string, number[]>>): Promise<void> {
    for (const [list, labels] of Object.entries(rows)) {
      const file = (index: number): string => `images/${list}/${String(index).padStart(6, '0')}.jpg`;
      const images = Object.fromEntries(
        labels.map((label, index) => [`vtab-1k/${name}/${file(index)}`, 40 * label]),
      );
      await addImages(images);
      const lines = labels.map((label, index) => `${file(index)} ${label}\n`);
      writeFileSync(join(fixture.directory, 'vtab-1k', name, `${list}.txt`), lines.join(''));
    }
  }

  const lists = { train800: [0, 1, 3], val200: [2, 1], train800val200: [0, 1, 3, 2, 1], test: [3, 3, 0, 1] };

  it('trains on all 1,000 images and tests on the test list', async () => {
    await addTask('kitti', lists);
    const task = await open({ root: './vtab-1k', name: 'kitti-distance' });
    expect(task.labels).toEqual(['0', '1', '2', '3']);
    expect(Object.keys(task.splits)).toEqual(['train', 'test']);
    expect(await labelsOf(task, 'train')).toEqual([0, 1, 3, 2, 1]);
    expect(await labelsOf(task, 'test')).toEqual([3, 3, 0, 1]);
    expect(fixture.warnings).toEqual([
      'kitti/train800val200.txt has 5 rows, the published list has 1000: figures may not be comparable',
      'kitti/test.txt has 4 rows, the published list has 711: figures may not be comparable',
    ]);
  });

  it('tunes on 800 + 200 without touching the test images', async () => {
    await addTask('kitti', { ...lists, test: [] });
    const task = await open({
      root: 'vtab-1k',
      name: 'kitti',
      protocol: 'tune',
      unlabelled: 'mnist:train[:4]',
    });
    expect(Object.keys(task.splits).sort()).toEqual(['test', 'train', 'unlabelled', 'validation']);
    expect(task.splits.test).toBe(task.splits.validation);
    expect(await labelsOf(task, 'test')).toEqual([2, 1]);
    expect(fixture.warnings[0]).toBe(
      'protocol tune: test is the same 200 images as validation; the test images of kitti are not used',
    );
    const only = await open({ root: 'vtab-1k', name: 'kitti', protocol: 'tune' }, { splits: ['test'] });
    expect(Object.keys(only.splits)).toEqual(['test']);
    expect(await labelsOf(only, 'test')).toEqual([2, 1]);
  });

  it('refuses labels that the task does not have, unknown tasks and missing folders', async () => {
    await addTask('kitti', { ...lists, test: [4] });
    await expect(open({ root: 'vtab-1k', name: 'kitti' })).rejects.toMatchObject({
      code: 'LIST_INVALID',
      message: 'the list has the label 4',
      place: join(fixture.directory, 'vtab-1k/kitti/test.txt'),
      allowed: '0 to 3 for kitti',
    });
    await expect(open({ root: 'vtab-1k', name: 'kity' })).rejects.toMatchObject({
      code: 'VTAB_TASK',
      place: 'data.name',
    });
    await expect(open({ root: 'nowhere', name: 'dtd' })).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: 'there is no such list file: dtd/train800val200.txt',
      place: join(fixture.directory, 'nowhere/dtd/train800val200.txt'),
      fix: 'put the folders of VTAB-1k there, or name where they are: data.root=…',
      exitCode: 2,
    });
  });

  it('opens its lists by path, too', async () => {
    await addTask('kitti', lists);
    const task = await open({ train: './vtab-1k/kitti/train800.txt', test: './vtab-1k/kitti/val200.txt' });
    expect(task.labels).toEqual(['0', '1', '2', '3']);
    expect(await labelsOf(task, 'test')).toEqual([2, 1]);
  });
});
