/** Names of checkpoints' tensors, brought to the names that the specifications use. */

/** The table of words under its other names, and a bias that the first conversions saved and nothing reads. */
const ignored =
  /^((encoder|decoder)\.embed_tokens|decoder\.block\.0\.layer\.1\.EncDecAttention\.relative_attention_bias)\.weight$/;

/**
 * The name of a checkpoint's tensor, or null for one to ignore. Read besides our own: names behind `transformer.` (models
 * with a classifier), and behind `model.` or `module.` (wrapped models).
 */
export function canonicalName(name: string): string | null {
  const bare = name.replace(/^(?:model|module)\./, '').replace(/^transformer\./, '');
  return ignored.test(bare) ? null : bare;
}
