// @ts-check
/**
 * `node tools/scripts/keep-model.js runs/tiny-bert tiny-bert`: takes a run's model into the zoo, its weights as 16-bit
 * floats, and keeps the recipe and the result beside it. Needs a build.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';

const [run, name] = process.argv.slice(2);
if (!run || !name || !existsSync(join(run, 'model', 'model.safetensors'))) {
  process.stderr.write('usage: node tools/scripts/keep-model.js <folder of a run> <name in the zoo>\n');
  process.exit(2);
}
const source = join(run, 'model');
const target = fileURLToPath(new URL(`../../packages/zoo/models/${name}`, import.meta.url));
mkdirSync(target, { recursive: true });
for (const file of readdirSync(source)) {
  if (file !== 'model.safetensors') copyFileSync(join(source, file), join(target, file));
}
copyFileSync(join(run, 'recipe.yaml'), join(target, 'recipe.yaml'));
// Its paths are those of this repository.
const result = JSON.parse(readFileSync(join(run, 'result.json'), 'utf8'));
const kept = { ...result, directory: '../../../..' };
writeFileSync(join(target, 'result.json'), `${JSON.stringify(kept, undefined, 2)}\n`);
const weights = await readSafetensors(join(source, 'model.safetensors'));
writeSafetensors(join(target, 'model.safetensors'), weights, { dtype: 'F16' });
process.stdout.write(`${target}\n`);
