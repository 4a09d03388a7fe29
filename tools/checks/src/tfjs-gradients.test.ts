import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import '@mdpd/tensor/setup';
import { expect, it } from 'vitest';
import { gradientsModule, target } from '../../scripts/tfjs-gradients.js';

it('are those of the installed tfjs-core', async () => {
  expect(await gradientsModule()).toBe(readFileSync(target, 'utf8'));
});

it('are all that tfjs-core has', () => {
  const require = createRequire(import.meta.url);
  const folder = require.resolve('@tensorflow/tfjs-core').replace('tf-core.node.js', 'gradients');
  const list = readFileSync(`${folder}/../register_all_gradients.js`, 'utf8');
  const files = [...list.matchAll(/from '\.\/gradients\/(\w+)'/gu)].map(([, name]) => `${folder}/${name}.js`);
  const kernels = files.map((file) => /kernelName: (\w+),/u.exec(readFileSync(file, 'utf8'))![1]!);
  expect(kernels.length).toBeGreaterThan(90);
  const names = tf as unknown as Readonly<Record<string, string>>;
  expect(kernels.filter((kernel) => tf.getGradient(names[kernel]!) === undefined)).toEqual([]);
});
