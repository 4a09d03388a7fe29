/** Names of checkpoints' tensors, brought to the names that the specifications use. */

export interface NameRules {
  /** Class prefix, `bert.`. */
  readonly prefix: string;
  /** First words of the backbone's own names behind the prefix, with which a bare AutoModel's names begin. */
  readonly roots: readonly string[];
  /** Names, without the class prefix, of tensors that nothing here reads. */
  readonly ignored: RegExp;
}

/** Tables of numbers that old versions saved, although they follow from the shapes. */
const BUFFERS = /(^|\.)(position_ids|token_type_ids)$/;

/**
 * A function from a checkpoint's name to ours, or null for a tensor to ignore. Read besides our own: names without the
 * class prefix (AutoModel, sentence-transformers), behind `model.` or `module.` (wrapped models), and `gamma` and `beta`
 * of norms (the first BERTs).
 */
export function canonicalNames({ prefix, roots, ignored }: NameRules): (name: string) => string | null {
  return (name) => {
    const unwrapped = name.replace(/^(?:model|module)\./, '');
    const bare = unwrapped.startsWith(prefix) ? unwrapped.slice(prefix.length) : unwrapped;
    if (BUFFERS.test(bare) || ignored.test(bare)) return null;
    const renamed = bare
      .replace(/(LayerNorm|layer_norm)\.gamma$/, '$1.weight')
      .replace(/(LayerNorm|layer_norm)\.beta$/, '$1.bias');
    if (roots.some((root) => renamed.startsWith(`${root}.`))) return prefix + renamed;
    return unwrapped.slice(0, unwrapped.length - bare.length) + renamed;
  };
}
