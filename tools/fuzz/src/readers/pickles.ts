/** Pickles of plain data, and the files of REFER. */
import { join } from 'node:path';
import { readPickleFile } from '@mdpd/data/pickle/plain-pickle';
import { openRefer } from '@mdpd/task-refcoco/refer-examples';
import { toPickle } from '@mdpd/zoo/scenes/pickle';
import type { FuzzInput } from '../input.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { jsonMutation } from '../mutate/json.ts';
import { pick } from '../mutate/pick.ts';
import { pickleMutations } from '../mutate/pickle.ts';
import { textMutations } from '../mutate/text.ts';
import type { Reader } from '../reader.ts';
import { fixture, json, mutateFile, one, tinyPng } from './corpus.ts';

/** Values that Python wrote in every protocol. */
function pythonPickles(): Buffer[] {
  const cases = JSON.parse(
    fixture('packages/data/src/pickle/oracles/pickles.json').toString('utf8'),
  ) as unknown;
  const found: Buffer[] = [];
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      const bytes = Buffer.from(value, 'base64');
      if (bytes.length > 2 && bytes.length < 3000 && bytes.at(-1) === 0x2e) found.push(bytes);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  look(cases);
  return found;
}

export const plainPickle: Reader = {
  name: 'pickle',
  reads: 'a pickle of plain data, protocols 0 to 5',
  seeds: () => Promise.resolve(pythonPickles().map((bytes) => one('x.p', bytes))),
  mutate(random, seeds) {
    const bytes = Buffer.from(pick(random, seeds).files['x.p']!);
    return one(
      'x.p',
      mutateBytes(
        random,
        bytes,
        bytes[0] === 0x80 ? pickleMutations : [...pickleMutations, ...textMutations],
      ),
    );
  },
  read: async (folder) => void (await readPickleFile(join(folder, 'x.p'))),
};

const image = 'COCO_train2014_000000000001.jpg';
const references = [
  {
    ann_id: 10,
    image_id: 1,
    ref_id: 0,
    split: 'train',
    category_id: 1,
    sent_ids: [0, 1],
    sentences: [
      { sent: 'the red one', raw: 'The red one', sent_id: 0, tokens: ['the', 'red', 'one'] },
      { sent: '', raw: 'left', sent_id: 1, tokens: [] },
    ],
  },
  {
    ann_id: 11,
    image_id: 1,
    ref_id: 1,
    split: 'testA',
    category_id: 1,
    sent_ids: [2],
    sentences: [{ sent: 'blue', raw: 'blue', sent_id: 2, tokens: ['blue'] }],
  },
];
const instances = {
  images: [{ id: 1, file_name: image, width: 64, height: 48 }],
  annotations: [
    { id: 10, image_id: 1, bbox: [1, 2, 30, 20], segmentation: [[1, 2, 3, 4, 5, 6]] },
    { id: 11, image_id: 1, bbox: [10.5, 2, 30, 20.25], segmentation: { counts: [1, 2], size: [48, 64] } },
  ],
};
// Images may lie beside the data, so that is a folder of its own.
const [refs, list] = ['data/refcoco/refs(unc).p', 'data/refcoco/instances.json'];

function referFolder(): FuzzInput {
  return {
    files: { [refs]: toPickle(references), [list]: json(instances), [`data/train2014/${image}`]: tinyPng },
  };
}

export const refer: Reader = {
  name: 'refer',
  reads: '`refs(unc).p` with `instances.json`, joined to examples',
  seeds: () => Promise.resolve([referFolder()]),
  mutate: (random, seeds) =>
    mutateFile(
      random,
      seeds,
      (name) => (name === refs ? pickleMutations : [jsonMutation, jsonMutation, ...textMutations]),
      [refs, list],
    ),
  async read(folder) {
    const files = { name: 'refcoco', splitBy: 'unc' } as const;
    const data = await openRefer({
      root: join(folder, 'data'),
      files,
      images: undefined,
      directory: folder,
      warn: () => undefined,
    });
    await data.expressions(['train', 'testA']);
  },
};
