/** The models of images with texts as users get them: they load, and have learnt something of scenes. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadTokenizer } from '@mdpd/data/text/tokenizer';
import { openSafetensors } from '@mdpd/tensor/safetensors';
import { describe, expect, it } from 'vitest';
import { models } from './models.ts';
import { captionsOf } from './scenes/captions.ts';
import { sceneImages } from './scenes/scene-image.ts';

interface Kept {
  readonly task: string;
  readonly metrics: { readonly primary: string; readonly faded: Readonly<Record<string, number>> };
}

describe.each([
  ['zoo:tiny-vilt', 'vilt.embeddings.text_embeddings.word_embeddings.weight', 0.75],
  ['zoo:tiny-clip', 'text_model.embeddings.token_embedding.weight', 0.2],
] as const)('%s', (name, words, floor) => {
  const { folder } = models.find((model) => model.name === name)!;

  it('is small, with 16-bit weights', async () => {
    const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4 << 20);
    const file = await openSafetensors(join(folder, 'model.safetensors'));
    try {
      expect(new Set([...file.entries.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
      expect(file.entries.get(words)!.shape).toEqual([250, 96]);
    } finally {
      await file.close();
    }
  });

  it('has a tokenizer with a piece for every word about scenes', async () => {
    const tokenizer = await loadTokenizer(folder);
    expect(tokenizer.vocabSize).toBe(250);
    for (const { scene, random } of sceneImages('test', 50)) {
      for (const { caption } of captionsOf(random, scene, 3)) {
        const ids = tokenizer.encodeIds(caption);
        expect(ids).not.toContain(tokenizer.specialTokens.unk);
        expect(ids).toHaveLength(caption.split(/ |(?=,)/u).length);
      }
    }
  });

  it('was better than chance on scenes that it had not seen', () => {
    const { metrics } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Kept;
    expect(metrics.faded[metrics.primary]).toBeGreaterThan(floor);
  });
});
