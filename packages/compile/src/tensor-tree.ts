/** Tensors in nested records and lists, as a flat list with the paths that lead to them. */
import * as tf from '@tensorflow/tfjs-core';

export interface Leaf {
  /** Keys from the root, joined by dots. */
  readonly path: string;
  readonly tensor: tf.Tensor;
}

const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** All tensors of a tree, in order of its keys. */
export function leavesOf(tree: unknown, path = ''): Leaf[] {
  if (tree instanceof tf.Tensor) return [{ path, tensor: tree }];
  if (!isContainer(tree)) return [];
  return Object.entries(tree).flatMap(([key, part]) => leavesOf(part, join(path, key)));
}

/** A tree of the same form with other things in place of the tensors. */
export function mapTree(
  tree: unknown,
  map: (tensor: tf.Tensor, path: string) => unknown,
  path = '',
): unknown {
  if (tree instanceof tf.Tensor) return map(tree, path);
  if (Array.isArray(tree)) return tree.map((part, index) => mapTree(part, map, join(path, String(index))));
  if (!isContainer(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, part]) => [key, mapTree(part, map, join(path, key))]),
  );
}

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

/** Arrays of numbers and functions are told apart by which they are, not by what they hold. */
function identityOf(thing: object): string {
  const known = identities.get(thing) ?? nextIdentity++;
  identities.set(thing, known);
  return `${thing.constructor?.name ?? 'object'} ${known}`;
}

/** Everything in a tree that a graph depends on, by path: shapes and types of tensors, other values themselves. */
export function formOf(tree: unknown, path = ''): Map<string, string> {
  if (tree instanceof tf.Tensor) return new Map([[path, `${tree.dtype}[${tree.shape.join(', ')}]`]]);
  if (isContainer(tree)) {
    return new Map(Object.entries(tree).flatMap(([key, part]) => [...formOf(part, join(path, key))]));
  }
  const byIdentity = typeof tree === 'function' || (typeof tree === 'object' && tree !== null);
  return new Map([[path, byIdentity ? identityOf(tree) : (JSON.stringify(tree) ?? String(tree))]]);
}

/** What tells apart calls that need graphs of their own. */
export const signatureOf = (args: readonly unknown[]): string =>
  [...formOf(args)].map(([path, form]) => `${path}:${form}`).join(';');
