/**
 * How many tokens the streams of a batch have, and which blocks change them.
 *
 * Letters: N tokens.
 */
import type { Backbone } from '@mdpd/core';

/** Tensors of which only shapes matter here; the batch is their first axis. */
export type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/** N of every stream in a batch of these inputs. */
export function tokenCounts(backbone: Backbone, input: Shapes): Record<string, number> {
  return Object.fromEntries(
    Object.entries(backbone.streams).map(([stream, { tokens, follows }]) => {
      const spec = follows === undefined ? undefined : backbone.inputs[follows];
      const axis = spec?.variable?.[0];
      const given = follows === undefined ? undefined : input[follows];
      if (!spec || axis === undefined || !given) return [stream, tokens];
      return [stream, tokens - (spec.shape[axis]! - given.shape[axis + 1]!)];
    }),
  );
}

/** The blocks that change a stream: first, and one past the last. */
export function blockRange(backbone: Backbone, stream: string): readonly [first: number, end: number] {
  return backbone.streams[stream]!.blocks ?? [0, backbone.blocks];
}
