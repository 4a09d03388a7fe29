/** Questions, expressions and images of strangers: one message with file and place, no trace of a run, nothing executed. */
import { existsSync, rmSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectFailure } from '../testing/expect-failure.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { greyPng } from '../testing/png.ts';
import { createWorkspace, type Workspace } from '../testing/workspace.ts';

const side = 20;
const picture = greyPng(side, side, new Uint8Array(side * side).fill(120));
const photo = (number: number): string =>
  `data/train2014/COCO_train2014_${String(number).padStart(12, '0')}.jpg`;

const recipe = (task: string, data: string): string => `task: ${task}
data: ${data}
backbone: zoo:tiny-vilt
method: head
train: { steps: 1, batchSize: 2 }
`;

const question = (id: number, changes: object = {}) => ({
  question_id: id,
  image_id: (id % 2) + 1,
  question: 'What color is the ring?',
  ...changes,
});
const annotation = (id: number, changes: object = {}) => ({
  question_id: id,
  image_id: (id % 2) + 1,
  multiple_choice_answer: 'red',
  answers: [{ answer: 'red', answer_confidence: 'yes', answer_id: 1 }],
  ...changes,
});
const ids = [10, 11, 12, 13];

let workspace: Workspace;
const questionsFile = 'data/v2_OpenEnded_mscoco_train2014_questions.json';
const annotationsFile = 'data/v2_mscoco_train2014_annotations.json';
const writeQuestions = (questions: readonly object[]): void =>
  workspace.write(questionsFile, JSON.stringify({ questions }, undefined, 1));
const writeAnnotations = (annotations: readonly object[]): void =>
  workspace.write(annotationsFile, JSON.stringify({ annotations }, undefined, 1));
const rows = ['photos/1.png,What color is it?,red', 'photos/2.png,What shape is it?,ring'];
const writeTable = (...more: string[]): void =>
  workspace.write('data/questions.csv', `image,question,answer\n${[...rows, ...more].join('\n')}\n`);
const boxes = [1, 2].map((number) =>
  JSON.stringify({ image: `photos/${number}.png`, expression: 'the ring', bbox: [2, 3, 8, 9] }),
);
const writeBoxes = (...more: string[]): void =>
  workspace.write('data/boxes.jsonl', `${[...boxes, ...more].join('\n')}\n`);
const box = (bbox: unknown, image = 'photos/1.png'): string =>
  JSON.stringify({ image, expression: 'the star', bbox });

beforeAll(() => {
  workspace = createWorkspace();
  workspace.write(
    'vqa.yaml',
    recipe('vqa', '{ root: data, train: train2014, test: train2014, minCount: 1 }'),
  );
  workspace.write(
    'own.yaml',
    recipe('vqa', '{ root: data, format: table, train: questions.csv, test: questions.csv }'),
  );
  workspace.write(
    'boxes.yaml',
    recipe('refcoco', '{ root: data, train: boxes.jsonl, test: none.jsonl, box: xywh }'),
  );
  workspace.write('refcoco.yaml', recipe('refcoco', '{ name: refcoco, root: data, test: val }'));
});
beforeEach(() => {
  for (const number of [1, 2]) {
    workspace.write(photo(number), picture);
    workspace.write(`data/photos/${number}.png`, picture);
  }
  writeQuestions(ids.map((id) => question(id)));
  writeAnnotations(ids.map((id) => annotation(id)));
  writeTable();
  writeBoxes();
});
afterAll(() => workspace.remove());

/** The message of `mdpd train`; exit code 1 or 2, and no trace of a run. */
async function refused(name: string, ...settings: string[]): Promise<string> {
  const finished = await mdpdHere(workspace.root, 'train', name, ...settings, '--out', 'out');
  const message = expectFailure(workspace, finished, finished.exitCode === 2 ? 2 : 1);
  expect(existsSync(workspace.path('out'))).toBe(false);
  return message;
}

describe('questions in the files of VQA v2', () => {
  it('of which two have one number', async () => {
    writeQuestions([...ids, 11].map((id) => question(id)));
    expect(await refused('vqa.yaml')).toMatchInlineSnapshot(`
      "error QUESTIONS_DUPLICATE at ROOT/data/v2_OpenEnded_mscoco_train2014_questions.json: questions[4]
        there are two questions 11"
    `);
  });

  it('without an annotation', async () => {
    writeAnnotations(ids.slice(1).map((id) => annotation(id)));
    expect(await refused('vqa.yaml')).toMatchInlineSnapshot(`
      "error QUESTIONS_ANSWER at ROOT/data/v2_mscoco_train2014_annotations.json
        question 10 has no annotation
        fix: take questions and annotations of the same version and subtype"
    `);
  });

  it('whose annotation has no answers', async () => {
    writeAnnotations(ids.map((id) => annotation(id, id === 12 ? { answers: [] } : {})));
    expect(await refused('vqa.yaml')).toMatchInlineSnapshot(`
      "error QUESTIONS_INVALID at ROOT/data/v2_mscoco_train2014_annotations.json: annotations[2]
        answers: Too small: expected array to have >=1 items
        fix: correct the entry, or leave it out"
    `);
  });

  it('without a word', async () => {
    const places: string[] = [];
    for (const empty of ['', ' \n']) {
      writeQuestions(ids.map((id) => question(id, id === 12 ? { question: empty } : {})));
      places.push(await refused('vqa.yaml'));
    }
    expect(places[1]).toBe(places[0]);
    expect(places[0]).toMatchInlineSnapshot(`
      "error QUESTIONS_INVALID at ROOT/data/v2_OpenEnded_mscoco_train2014_questions.json: questions[2]
        question: there is no word in it
        fix: correct the entry, or leave it out"
    `);
  });

  it('in JSON that is broken in the middle', async () => {
    const whole = JSON.stringify({ questions: ids.map((id) => question(id)) }, undefined, 1);
    // What V8 says of it differs between versions.
    const place = 'ROOT/data/v2_OpenEnded_mscoco_train2014_questions.json: questions[2]';
    for (const change of ['"question_id": twelve', '} "question_id": 12', '"question_id": NaN']) {
      workspace.write(questionsFile, whole.replace('"question_id": 12', change));
      const [first, second, ...rest] = (await refused('vqa.yaml')).split('\n');
      const fix = '  fix: correct the entry, or leave it out; JSON has neither NaN nor Infinity';
      expect([first, rest]).toEqual([`error QUESTIONS_INVALID at ${place}`, [fix]]);
      expect(second).toMatch(/^ {2}the entry is not JSON: /);
    }
    workspace.write(questionsFile, whole.slice(0, whole.length / 2));
    expect(await refused('vqa.yaml')).toMatchInlineSnapshot(`
      "error QUESTIONS_INVALID at ROOT/data/v2_OpenEnded_mscoco_train2014_questions.json
        the JSON object is damaged: it ends within the object at byte 190"
    `);
    workspace.write(questionsFile, whole.replace(']', '}'));
    expect(await refused('vqa.yaml')).toMatchInlineSnapshot(`
      "error QUESTIONS_INVALID at ROOT/data/v2_OpenEnded_mscoco_train2014_questions.json
        the JSON object is damaged: brackets do not match at byte 378"
    `);
  });

  it('about an image that is missing', async () => {
    rmSync(workspace.path(photo(2)));
    expect(await refused('vqa.yaml')).toMatchInlineSnapshot(`
      "error QUESTIONS_IMAGE at ROOT/data/v2_OpenEnded_mscoco_train2014_questions.json
        there is no image COCO_train2014_000000000002.jpg
        allowed: ROOT/data/train2014, ROOT/data/images/train2014, ROOT/data/images, ROOT/data/val2014, ROOT/data/images/val2014, ROOT/data/test2015, ROOT/data/images/test2015, ROOT/train2014, ROOT/val2014, ROOT/test2015
        fix: put the images into one of these folders"
    `);
  });
});

describe('questions of a table', () => {
  it('with an empty cell', async () => {
    writeTable('photos/1.png, ,red');
    expect(await refused('own.yaml')).toMatchInlineSnapshot(`
      "error TEXT_ROW at questions.csv:4
        the column "question" is empty"
    `);
    writeTable('photos/1.png,What is it?,');
    expect(await refused('own.yaml')).toMatchInlineSnapshot(`
      "error TEXT_ROW at questions.csv:4
        the column "answer" is empty"
    `);
  });

  it('about an image that is missing, or elsewhere', async () => {
    writeTable('photos/3.png,What is it?,red');
    expect(await refused('own.yaml')).toMatchInlineSnapshot(`
      "error QUESTIONS_IMAGE at questions.csv:4
        there is no image 3.png
        allowed: ROOT/data/photos
        fix: put the images into one of these folders"
    `);
    writeTable('../../secret.png,What is it?,red');
    expect(await refused('own.yaml')).toMatchInlineSnapshot(`
      "error DATA_PATH at questions.csv:4
        "../../secret.png" leaves the folder ROOT/data
        allowed: relative paths below that folder, with "/" between their parts"
    `);
  });
});

/** A PNG whose header says one thing and whose pixels are another. */
function png(width: number, height: number, data: Uint8Array): Buffer {
  const file = Buffer.from(greyPng(1, 1, new Uint8Array(1)));
  const head = file.subarray(12, 29);
  head.writeUInt32BE(width, 4);
  head.writeUInt32BE(height, 8);
  file.writeUInt32BE(crc32(head), 29);
  const body = Buffer.concat([Buffer.from('IDAT'), deflateSync(data, { level: 9 })]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([
    file.subarray(0, 33),
    length,
    body,
    check,
    greyPng(1, 1, new Uint8Array(1)).subarray(-12),
  ]);
}

describe('images', () => {
  const broken = async (bytes: Uint8Array): Promise<string> => {
    workspace.write('data/photos/2.png', bytes);
    const said = await refused('own.yaml');
    expect(await refused('boxes.yaml', 'data.test=boxes.jsonl')).toContain(
      'error IMAGE_UNREADABLE at ROOT/data/photos/2.png',
    );
    return said;
  };

  it('that claim 100,000 x 100,000 pixels', async () => {
    expect(await broken(png(100_000, 100_000, new Uint8Array(9)))).toMatchInlineSnapshot(`
      "error IMAGE_UNREADABLE at ROOT/data/photos/2.png
        not an image that can be read: Input image exceeds pixel limit
        fix: repair or replace the file"
    `);
  });

  it('of few bytes and too many pixels', async () => {
    const bomb = png(10_001, 10_000, new Uint8Array(10_002 * 10_000));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await broken(bomb)).toMatchInlineSnapshot(`
      "error IMAGE_UNREADABLE at ROOT/data/photos/2.png
        not an image that can be read: Input image exceeds pixel limit
        fix: repair or replace the file"
    `);
  });

  it('that are cut off, damaged, empty, or no images', async () => {
    const damaged = Buffer.from(picture);
    damaged.fill(0x55, 43, 55);
    // What libpng says of it differs from run to run.
    for (const bytes of [picture.subarray(0, 50), damaged])
      expect(await broken(bytes)).toMatch(/^error IMAGE_UNREADABLE at .*\n {2}the image is damaged: /);
    expect(await broken(Buffer.alloc(0))).toMatchInlineSnapshot(`
      "error IMAGE_UNREADABLE at ROOT/data/photos/2.png
        the file is empty
        fix: repair or replace the file"
    `);
    expect(await broken(Buffer.from('image'))).toMatch(
      /^error IMAGE_UNREADABLE at .*\n {2}not an image that/,
    );
  });
});

describe('boxes', () => {
  it('that are no numbers', async () => {
    writeBoxes(box([1, 2, null, 4]));
    expect(await refused('boxes.yaml')).toMatchInlineSnapshot(`
      "error REFCOCO_INVALID at ROOT/data/boxes.jsonl:3
        the box is [1,2,null,4] instead of four numbers
        fix: correct the box, or leave its entry out"
    `);
    writeBoxes(box([1, 2, 3, 4]).replace('3,4', 'NaN,4'));
    expect(await refused('boxes.yaml')).toMatch(
      /^error REFCOCO_INVALID at ROOT\/data\/boxes\.jsonl:3\n {2}the entry is not JSON: .*\n {2}allowed: one object a line/,
    );
  });

  it('outside of the image, or with nothing in them', async () => {
    writeBoxes(box([40, 2, 5, 5]));
    expect(await refused('boxes.yaml')).toMatchInlineSnapshot(`
      "error REFCOCO_INVALID at ROOT/data/boxes.jsonl:3
        the box [40, 2, 5, 5] lies outside of its image of 20 x 20 pixels
        fix: boxes are in pixels of the original image; see whether the corners are x, y, width, height"
    `);
    writeBoxes(box([4, 2, 0, 5]));
    expect(await refused('boxes.yaml')).toMatchInlineSnapshot(`
      "error REFCOCO_INVALID at ROOT/data/boxes.jsonl:3
        the box is 0 x 5 pixels: there is nothing in it
        fix: correct the box, or leave its entry out"
    `);
  });

  it('beyond the border are clipped and counted', async () => {
    writeBoxes(box([10, 2, 50, 5]), box([-4, 2, 9, 5]));
    const { stderr } = await mdpdHere(workspace.root, 'train', 'boxes.yaml', '--out', 'out');
    expect(
      stderr
        .match(/^warning: .*clipped.*$/gm)
        ?.join('\n')
        .replaceAll(workspace.root, 'ROOT'),
    ).toMatchInlineSnapshot(
      `"warning: boxes.jsonl: 2 boxes reach beyond the border of the image and are clipped; the first: ROOT/data/boxes.jsonl:3"`,
    );
  });

  it('without an expression, or in a line that is broken', async () => {
    writeBoxes(box([1, 2, 3, 4]).replace('the star', ' '));
    expect(await refused('boxes.yaml')).toMatchInlineSnapshot(`
      "error REFCOCO_INVALID at ROOT/data/boxes.jsonl:3
        expression: Too small: expected string to have >=1 characters
        allowed: one object a line, with image, expression and bbox (four numbers)
        fix: correct the entry, or leave it out"
    `);
    writeBoxes(box([1, 2, 3, 4]).slice(0, 30), box([1, 2, 3, 4]));
    expect(await refused('boxes.yaml')).toMatch(
      /^error REFCOCO_INVALID at ROOT\/data\/boxes\.jsonl:3\n {2}the entry is not JSON: /,
    );
  });

  it('of an image that is missing', async () => {
    writeBoxes(box([1, 2, 3, 4], 'photos/3.png'));
    expect(await refused('boxes.yaml')).toMatchInlineSnapshot(`
      "error IMAGE_UNREADABLE at ROOT/data/photos/3.png
        there is no such file
        fix: repair or replace the file"
    `);
  });
});

it('a pickle that calls code: it is named, and not run', async () => {
  workspace.write('data/refcoco/refs(unc).p', "cposix\nsystem\n(S'touch mdpd-exploited'\ntR.");
  workspace.write('data/refcoco/instances.json', '{"images":[],"annotations":[]}');
  expect(await refused('refcoco.yaml')).toMatchInlineSnapshot(`
    "error PICKLE_UNSAFE at ROOT/data/refcoco/refs(unc).p
      the pickle uses the opcode GLOBAL (0x63), which plain data does not need (byte 0)
      allowed: lists, dictionaries, tuples, texts and numbers: a data file may run nothing
      fix: if you trust who made it, read it in Python and write plain lists and dictionaries again"
  `);
  expect(existsSync(workspace.path('mdpd-exploited'))).toBe(false);
  workspace.write('data/refcoco/refs(unc).p', '(lp0\n(dp1\n');
  expect(await refused('refcoco.yaml')).toMatchInlineSnapshot(`
    "error PICKLE_INVALID at ROOT/data/refcoco/refs(unc).p
      the pickle needs 1 more bytes, but the file ends (byte 10)
      fix: the file is damaged, incomplete, or no pickle: get it again"
  `);
});
