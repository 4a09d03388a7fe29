// @ts-check
/** Writes a tokenizer's files for a zoo model, from its word pieces. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadTokenizer } from '@mdpd/data/text/tokenizer';

/**
 * @param {string} model name of its folder
 * @param {readonly string[]} vocabulary in the order of ids
 */
export async function writeTokenizer(model, vocabulary) {
  const folder = fileURLToPath(new URL(`../../packages/zoo/models/${model}`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'vocab.txt'), vocabulary.map((piece) => `${piece}\n`).join(''));
  for (const [name, content] of Object.entries((await loadTokenizer(folder)).files())) {
    if (content instanceof Uint8Array) continue;
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`;
    writeFileSync(join(folder, name), text);
  }
  process.stdout.write(`${folder}: ${vocabulary.length} entries\n`);
}
