/** Finds the file that a package's name stands for, as Node's resolution of `exports` does, from its folder alone. */
import path from 'node:path';

/** The fields of package.json that are read here. */
export interface PackageJson {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly exports?: unknown;
  readonly main?: string;
}

/** Conditions of an `import` in this process: sources inside the workspace, builds elsewhere. */
export function activeConditions(self: string = import.meta.url): string[] {
  const conditions = ['node', 'import', 'module-sync', 'default'];
  return self.endsWith('.ts') ? ['@mdpd/source', ...conditions] : conditions;
}

/** The entry file of the package in `folder`, or undefined where it has none inside its folder. */
export function packageEntry(
  folder: string,
  manifest: PackageJson,
  conditions: readonly string[] = activeConditions(),
): string | undefined {
  const { exports, main } = manifest;
  const target = exports === undefined ? (main ?? './index.js') : choose(rootOf(exports), conditions);
  if (target === undefined) return undefined;
  const file = path.resolve(folder, target);
  return file.startsWith(folder + path.sep) ? file : undefined;
}

/** What `exports` says about the package itself: the whole, or its "." key. */
function rootOf(exports: unknown): unknown {
  if (typeof exports !== 'object' || exports === null || Array.isArray(exports)) return exports;
  const keys = Object.keys(exports);
  return keys.some((key) => key.startsWith('.')) ? (exports as Record<string, unknown>)['.'] : exports;
}

/** The first target whose conditions hold, in the order of the file. */
function choose(target: unknown, conditions: readonly string[]): string | undefined {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null) return undefined;
  const branches = Array.isArray(target)
    ? target
    : Object.entries(target).flatMap(([key, value]) => (conditions.includes(key) ? [value] : []));
  for (const branch of branches) {
    const chosen = choose(branch, conditions);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}
