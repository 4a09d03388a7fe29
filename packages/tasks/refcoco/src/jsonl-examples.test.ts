import { formatError, MdpdError } from '@mdpd/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReferFixture, type ReferFixture } from './testing/refer-fixture.ts';

let fixture: ReferFixture;
beforeEach(async () => {
  fixture = createReferFixture();
  await fixture.addImage('own/a.png', 40, 30);
  await fixture.addImage('own/more/b.png', 20, 20);
});
afterEach(() => fixture.remove());

const rows = (...objects: readonly object[]): string =>
  objects.map((each) => JSON.stringify(each)).join('\n');
const recipe = { root: 'own', train: 'train.jsonl', box: 'xywh' };

async function failure(train: string, more: object = {}): Promise<string> {
  fixture.write('own/train.jsonl', train);
  try {
    await fixture.open({ ...recipe, ...more });
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error).replaceAll(fixture.directory, '…');
    throw error;
  }
  return 'opened';
}

async function boxes(more: object): Promise<number[]> {
  const { train } = (await fixture.open({ ...recipe, ...more })).splits;
  const { target } = await train!.load([...Array(train!.size).keys()], { augment: false, seed: 0, epoch: 0 });
  return [...target['box']!.data];
}

describe('JSONL files', () => {
  it('have boxes as x, y, width, height or as two corners', async () => {
    const wanted = [0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 1, 0.5];
    const [a, b] = [
      { image: 'a.png', expression: 'a star' },
      { file_name: 'more/b.png', caption: 'a circle' },
    ];
    fixture.write(
      'own/train.jsonl',
      `${rows({ ...a, bbox: [10, 7.5, 20, 15] }, { ...b, box: [0, 0, 20, 10] })}\n\n`,
    );
    expect(await boxes({})).toEqual(wanted);
    fixture.write(
      'own/train.jsonl',
      rows({ ...a, bbox: [10, 7.5, 30, 22.5] }, { ...b, box: [0, 0, 20, 10] }),
    );
    expect(await boxes({ box: 'xyxy' })).toEqual(wanted);
    expect(await boxes({ root: '.', train: 'own/train.jsonl', images: 'own', box: 'xyxy' })).toEqual(wanted);
  });

  it.each([
    ['', 'error DATA_EMPTY at …/own/train.jsonl'],
    ['nothing', 'error REFCOCO_INVALID at …/own/train.jsonl:1\n  the entry is not JSON'],
    ['[1]', 'train.jsonl:1\n  the entry: Invalid input: expected object, received array'],
    ['{}', 'train.jsonl:1\n  image: Invalid input: expected string, received undefined'],
    [
      `{"image":"a.png","expression":"x","bbox":[${'['.repeat(20_000)}${']'.repeat(20_000)}]}`,
      'train.jsonl:1\n  lists and objects are 20002 deep',
    ],
    [rows({ image: 'a.png', expression: ' ', bbox: [1, 1, 2, 2] }), 'train.jsonl:1\n  expression: '],
    [
      rows({ image: 'a.png', expression: 'x', bbox: [1, 1, 2, '2'] }),
      'the box is [1,1,2,"2"] instead of four numbers',
    ],
    ...['NaN', '-Infinity', 'nan', '.5', '0x10', 'None'].map((value) => [
      `{"image": "a.png", "expression": "x", "bbox": [1, 1, 2, ${value}]}`,
      'train.jsonl:1\n  the entry is not JSON',
    ]),
    ...[
      ['1e999', 'Infinity'],
      ['-1e999', '-Infinity'],
      ['"NaN"', '"NaN"'],
      ['null', 'null'],
      ['[2]', '[2]'],
      ['{"w": 2}', '{"w":2}'],
      ['true', 'true'],
      ['2, 2', '2,2'],
    ].map(([value, found]) => [
      `{"image": "a.png", "expression": "x", "bbox": [1, 1, 2, ${value}]}`,
      `train.jsonl:1\n  the box is [1,1,2,${found}] instead of four numbers`,
    ]),
    ['{"image": "a.png", "expression": "x", "bbox": "1 1 2 2"}', 'bbox: Invalid input: expected array'],
    ['{"image": "a.png", "expression": "x", "bbox": null}', 'bbox: Invalid input: expected array'],
    ['{"image": {"name": "a.png"}, "expression": "x", "bbox": [1, 1, 2, 2]}', 'image: Invalid input'],
    [`{"image": "a.png", "expression": "x", "bbox": ${'['.repeat(9999)}`, 'lists and objects are 10000 deep'],
    [
      `\n${rows({ image: 'a.png', expression: 'x', bbox: [1, 1, 2, 0] })}`,
      'train.jsonl:2\n  the box is 2 x 0 pixels',
    ],
    [
      rows({ image: '../a.png', expression: 'x', bbox: [1, 1, 2, 2] }),
      'error DATA_PATH at …/own/train.jsonl:1',
    ],
    [rows({ image: 'c.png', expression: 'x', bbox: [1, 1, 2, 2] }), 'error IMAGE_UNREADABLE at …/own/c.png'],
  ])('that are wrong are said: %j', async (train, text) => {
    expect(await failure(train)).toContain(text);
  });

  it('that are missing are said', async () => {
    expect(await failure('', { train: 'none.jsonl' })).toContain(
      'error DATA_MISSING at data\n  there is no file …/own/none.jsonl',
    );
    expect(await failure('', { images: 'none' })).toContain('error DATA_MISSING at data.images');
  });

  it('with corners in the place of sizes are noticed', async () => {
    const train = rows({ image: 'a.png', expression: 'x', bbox: [30, 20, 36, 28] });
    expect(await failure(train)).toBe('opened');
    expect(fixture.warnings).toEqual([
      expect.stringContaining('train.jsonl: a box reaches beyond the border'),
    ]);
    expect(
      await failure(rows({ image: 'a.png', expression: 'x', bbox: [30, 20, 6, 8] }), { box: 'xyxy' }),
    ).toContain('the box is -24 x -12 pixels');
  });
});
