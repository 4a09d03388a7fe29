/** The values of a tree, a recipe or a part of one, by their paths. */

/** `method.fade.train` → `head`; an empty list or object is a value itself. */
export function leavesOf(tree: unknown, prefix = ''): Map<string, unknown> {
  if (typeof tree !== 'object' || tree === null || Object.keys(tree).length === 0)
    return new Map([[prefix, tree]]);
  return new Map(
    Object.entries(tree).flatMap(([key, value]) => [...leavesOf(value, prefix ? `${prefix}.${key}` : key)]),
  );
}
