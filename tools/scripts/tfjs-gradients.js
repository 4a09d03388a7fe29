// @ts-check
/**
 * `node tools/scripts/tfjs-gradients.js`: puts the gradients of tfjs-core into packages/tensor/src/tfjs-gradients.js.
 *
 * tfjs-core has them in modules that Node cannot import (they name their files without an extension). Here they are
 * bundled, with everything that tfjs-core exports taken from it: the engine and its tensors must be one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(new URL('../../packages/tensor/package.json', import.meta.url));
/** @type {Record<string, unknown>} */
const tf = require('@tensorflow/tfjs-core');
const dist = path.dirname(require.resolve('@tensorflow/tfjs-core'));
const { version } = /** @type {{ version: string }} */ (require('@tensorflow/tfjs-core/package.json'));

export const target = fileURLToPath(new URL('../../packages/tensor/src/tfjs-gradients.js', import.meta.url));

/** Where the exports of modules are found that tfjs-core does not export one by one. */
const namespaces = ['util', 'broadcast_util', 'backend_util', 'slice_util', 'tensor_util'];

/** What tfjs-core keeps to itself: its engine, and what lets operators take numbers for tensors. */
/** @type {Record<string, string>} */
const kept = {
  ENGINE: 'tf.engine()',
  convertToTensor: '(x) => (x instanceof tf.Tensor ? x : tf.tensor(x))',
};

/** What stands for an exported name, or undefined where tfjs-core keeps it to itself. @param {string} name */
function exported(name) {
  if (name in kept) return kept[name];
  if (name in tf) return `tf.${name}`;
  const space = namespaces.find((each) => name in /** @type {object} */ (tf[each]));
  return space && `tf.${space}.${name}`;
}

/** Names that a module of tfjs-core exports. @param {string} file @returns {string[]} */
function namesOf(file) {
  const text = readFileSync(file, 'utf8');
  const declared = [...text.matchAll(/^export (?:const|function|class|let) (\w+)/gmu)].map(
    (match) => match[1],
  );
  const listed = [...text.matchAll(/^export \{ ([^}]+) \}/gmu)].flatMap(
    (match) => match[1]?.split(', ') ?? [],
  );
  const further = [...text.matchAll(/^export \* from '(.+)'/gmu)].flatMap((match) =>
    namesOf(path.join(path.dirname(file), `${match[1]}.js`)),
  );
  return /** @type {string[]} */ ([...declared, ...listed, ...further]);
}

/** Whether a module is bundled: gradients, and operators and helpers that only they use. @param {string} file */
function isInner(file) {
  const name = path.relative(dist, file);
  if (name.startsWith('gradients')) return true;
  return name.startsWith('ops') && namesOf(file).some((each) => exported(each) === undefined);
}

/** @type {import('esbuild').Plugin} */
const fromTfjs = {
  name: 'from-tfjs',
  setup(found) {
    found.onResolve({ filter: /^\./ }, ({ path: asked, resolveDir }) => {
      const file = path.join(resolveDir, `${asked}.js`);
      return isInner(file) ? { path: file } : { path: file, namespace: 'public' };
    });
    found.onLoad({ filter: /.*/, namespace: 'public' }, ({ path: file }) => ({
      contents: [
        "import * as tf from '@tensorflow/tfjs-core';",
        ...namesOf(file)
          .filter(exported)
          .map((name) => `export const ${name} = ${exported(name)};`),
      ].join('\n'),
      resolveDir: path.dirname(file),
    }));
  },
};

/** The module's text. */
export async function gradientsModule() {
  const { outputFiles } = await build({
    entryPoints: [path.join(dist, 'register_all_gradients.js')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@tensorflow/tfjs-core'],
    plugins: [fromTfjs],
    legalComments: 'none',
    logLevel: 'error',
  });
  const text = outputFiles[0]?.text.replace(/^\/\/ .*\n/gmu, '') ?? '';
  return `// @ts-nocheck
/**
 * Registers the gradients of @tensorflow/tfjs-core ${version}. Made by tools/scripts/tfjs-gradients.js of that package's own
 * modules: Copyright 2018-2024 Google LLC, Apache-2.0.
 */
${text}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, await gradientsModule());
