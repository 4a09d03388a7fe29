/** Weights: safetensors, what torch.save writes, and the indices of shards. */
import { join } from 'node:path';
import { openCheckpoint } from '@mdpd/tensor/open-checkpoint';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { openTorchFile } from '@mdpd/tensor/torch/torch-file';
import { CANARY, type FuzzInput } from '../input.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { hostilePaths } from '../mutate/hostile.ts';
import { jsonMutation } from '../mutate/json.ts';
import { chance, pick } from '../mutate/pick.ts';
import { pickleMutations } from '../mutate/pickle.ts';
import { safetensorsMutations } from '../mutate/safetensors.ts';
import { zipMutations } from '../mutate/zip.ts';
import type { Reader } from '../reader.ts';
import { fixture, json, mutateFile, one } from './corpus.ts';

const tensor = 'packages/tensor/src';

export const safetensors: Reader = {
  name: 'safetensors',
  reads: 'header and every tensor of a `.safetensors` file',
  seeds: () =>
    Promise.resolve(
      ['types', 'written-bf16', 'written-f16', 'written-f32'].map((name) =>
        one('x.safetensors', fixture(`${tensor}/oracles/${name}.safetensors`)),
      ),
    ),
  mutate: (random, seeds) => mutateFile(random, seeds, () => safetensorsMutations),
  read: async (folder) => void (await readSafetensors(join(folder, 'x.safetensors'))),
};

const torchFiles = [
  'types',
  'views',
  'nested',
  'nested-usual',
  'keep-vars',
  'big-endian',
  'tensor',
  'types-legacy',
  'views-legacy',
  'nested-legacy',
];

export const torch: Reader = {
  name: 'torch',
  reads: 'pickle and every tensor of a `.bin` that `torch.save` wrote, zipped or legacy',
  seeds: () =>
    Promise.resolve(torchFiles.map((name) => one('x.bin', fixture(`${tensor}/torch/oracles/${name}.bin`)))),
  mutate: (random, seeds) => {
    const seed = Buffer.from(pick(random, seeds).files['x.bin']!);
    const zipped = seed[0] === 0x50;
    return one('x.bin', mutateBytes(random, seed, zipped ? zipMutations : pickleMutations));
  },
  async read(folder) {
    const file = await openTorchFile(join(folder, 'x.bin'));
    try {
      for (const name of file.entries.keys()) await file.read(name);
    } finally {
      await file.close();
    }
  },
};

const index = 'model.safetensors.index.json';

function shards(): FuzzInput {
  const files = ['types', 'written-f32'].map((name) => fixture(`${tensor}/oracles/${name}.safetensors`));
  const names = files.map((bytes) =>
    Object.keys(JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE()))) as object).filter(
      (name) => name !== '__metadata__',
    ),
  );
  const map = names.flatMap((list, part) =>
    list.map((name) => [name, `model-0000${part + 1}-of-00002.safetensors`] as const),
  );
  return {
    files: {
      [index]: json({ metadata: { total_size: 1000 }, weight_map: Object.fromEntries(map) }),
      'model-00001-of-00002.safetensors': files[0]!,
      'model-00002-of-00002.safetensors': files[1]!,
    },
  };
}

export const checkpointIndex: Reader = {
  name: 'index',
  reads: 'a model folder in shards: `model.safetensors.index.json` and what it names',
  seeds: () => Promise.resolve([shards()]),
  mutate(random, seeds) {
    if (chance(random, 0.2)) {
      const seed = pick(random, seeds);
      const path = pick(random, [
        ...hostilePaths,
        `../canary/${CANARY}.safetensors`,
        'x/model-00001-of-00002.safetensors',
        `..\\canary.safetensors`,
        `${index}/`,
        'con.safetensors',
        '.safetensors',
      ]);
      const tree = JSON.parse(Buffer.from(seed.files[index]!).toString('utf8')) as {
        weight_map: Record<string, string>;
      };
      const name = pick(random, Object.keys(tree.weight_map));
      tree.weight_map[name] = chance(random, 0.5) ? path : `${path}.safetensors`;
      return { files: { ...seed.files, [index]: json(tree) } };
    }
    return mutateFile(random, seeds, () => [jsonMutation], [index]);
  },
  async read(folder) {
    const checkpoint = await openCheckpoint(folder);
    try {
      for (const name of checkpoint.names) await checkpoint.read(name);
    } finally {
      await checkpoint.close();
    }
  },
};
