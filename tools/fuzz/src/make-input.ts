/** Inputs by number, and on disk. */
import fs from 'node:fs';
import path from 'node:path';
import { createRandom } from '@mdpd/tensor/random';
import { CANARY, type FuzzInput } from './input.ts';
import type { InputMaker, Reader } from './reader.ts';

// As they are before anything is watched.
const { mkdirSync, rmSync, symlinkSync, writeFileSync } = fs;

/** The first inputs of a run are the right ones, as they are: they must be read. */
export async function inputMaker(reader: Reader, seed: number): Promise<InputMaker> {
  const seeds = await reader.seeds();
  return (index) => seeds[index] ?? reader.mutate(createRandom(seed, `${reader.name}/${index}`), seeds);
}

/** Number of right inputs. */
export const seedCount = async (reader: Reader): Promise<number> => (await reader.seeds()).length;

/** Makes `scratch/in` hold the input and nothing else. Names that no file can have are left out. */
export function writeInput(scratch: string, { files, links = {} }: FuzzInput): void {
  const folder = path.join(scratch, 'in');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const make = (name: string, write: (file: string) => void): void => {
    const file = path.join(folder, name);
    if (!file.startsWith(folder + path.sep)) return;
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      write(file);
    } catch {
      return;
    }
  };
  for (const [name, bytes] of Object.entries(files)) make(name, (file) => writeFileSync(file, bytes));
  for (const [name, target] of Object.entries(links)) {
    const to = target === CANARY ? path.join(scratch, 'canary/canary') : target;
    make(name, (file) => symlinkSync(to, file));
  }
}
