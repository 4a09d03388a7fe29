/** The model as users get it: it loads, and has learnt something of English. */
import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadTokenizer } from '@mdpd/data/text/tokenizer';
import { openSafetensors } from '@mdpd/tensor/safetensors';
import { describe, expect, it } from 'vitest';
import { models } from './models.ts';

const { folder } = models.find(({ name }) => name === 'zoo:tiny-bert')!;

describe('zoo:tiny-bert', () => {
  it('is small, with 16-bit weights and the head of masked language modelling', async () => {
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4 << 20);
    const file = await openSafetensors(join(folder, 'model.safetensors'));
    try {
      const entries = [...file.entries];
      expect(new Set(entries.map(([, { dtype }]) => dtype))).toEqual(new Set(['F16']));
      expect(file.entries.get('bert.embeddings.word_embeddings.weight')!.shape).toEqual([2048, 128]);
      expect(file.entries.get('cls.predictions.bias')!.shape).toEqual([2048]);
    } finally {
      await file.close();
    }
  });

  it('has a tokenizer that cuts any text into pieces it knows', async () => {
    const tokenizer = await loadTokenizer(folder);
    expect(tokenizer.vocabSize).toBe(2048);
    expect(tokenizer.specialTokens).toMatchObject({ pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 });
    const text = 'Buy NOW: http://example.com/?id=42 & save $1,000!';
    const ids = tokenizer.encodeIds(text);
    expect(ids).not.toContain(1);
    expect(tokenizer.decode(ids).replaceAll(' ', '')).toBe(text.toLowerCase().replaceAll(' ', ''));
  });
});
