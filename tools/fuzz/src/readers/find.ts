/** Finds a reader without loading what the others need: a small process collects its garbage quickly. */
import type { Reader } from '../reader.ts';

/** The heaviest last. */
const modules: readonly (() => Promise<object>)[] = [
  () => import('../testing/broken-readers.ts'),
  () => import('./weights.ts'),
  () => import('./tables.ts'),
  () => import('./images.ts'),
  () => import('./tokenizers.ts'),
  () => import('./pickles.ts'),
  () => import('./questions.ts'),
  () => import('./settings.ts'),
];

const isReader = (value: unknown): value is Reader =>
  typeof value === 'object' && value !== null && 'mutate' in value;

export async function findReader(name: string): Promise<Reader> {
  for (const load of modules) {
    const exported = Object.values(await load()).flat() as unknown[];
    const found = exported.filter(isReader).find((each) => each.name === name);
    if (found) return found;
  }
  throw new Error(`there is no reader ${name}`);
}
