// @ts-check
/** `node tools/scripts/build-wasm.js`: assembles small-products.wat into the module that is committed beside it. */
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const source = new URL('../../packages/tensor/src/wasm/small-products.wat', import.meta.url);
const target = new URL('../../packages/tensor/src/wasm/small-products-binary.ts', import.meta.url);

const { parseWat } = await wabt();
const { buffer } = parseWat('small-products.wat', readFileSync(source, 'utf8'), { simd: true }).toBinary({});
const base64 = Buffer.from(buffer).toString('base64');
const lines = base64.match(/.{1,100}/gu) ?? [];
writeFileSync(
  target,
  `/** small-products.wat, assembled by tools/scripts/build-wasm.js. */\nexport const smallProductsBase64 =\n${lines
    .map((line) => `  '${line}'`)
    .join(' +\n')};\n`,
);
