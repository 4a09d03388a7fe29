/** Where right files come from: fixtures of the packages' tests, and small ones made here. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import type { Random } from '@mdpd/tensor/random';
import { withFile, type FuzzInput } from '../input.ts';
import { mutateBytes, type Mutation } from '../mutate/bytes.ts';
import { pngOf } from '../mutate/images.ts';
import { pick } from '../mutate/pick.ts';

export const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** A file of the repository. */
export const fixture = (path: string): Buffer => readFileSync(`${root}/${path}`);

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

export const one = (name: string, bytes: Uint8Array): FuzzInput => ({ files: { [name]: bytes } });

/** Two by two pixels, for data sets that name images. */
export const tinyPng = pngOf([
  { type: 'IHDR', data: Buffer.from([0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0]) },
  { type: 'IDAT', data: deflateSync(Buffer.from([0, 10, 200, 0, 90, 255])) },
  { type: 'IEND', data: Buffer.alloc(0) },
]);

/** Mutates one file of a seed with `mutations`, mostly one of those in `names`. */
export function mutateFile(
  random: Random,
  seeds: readonly FuzzInput[],
  mutations: (name: string) => readonly Mutation[],
  names?: readonly string[],
): FuzzInput {
  const seed = pick(random, seeds);
  const all = names?.filter((name) => name in seed.files) ?? Object.keys(seed.files);
  const name = pick(random, all);
  return withFile(seed, name, mutateBytes(random, Buffer.from(seed.files[name]!), mutations(name)));
}
