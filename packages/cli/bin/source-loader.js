/**
 * Module hooks that run the TypeScript sources of this workspace: its packages resolve to their sources, as in tests
 * and type checks, and types are removed. Results are cached under node_modules/.cache, so that starting stays quick.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cache = new URL('../../../node_modules/.cache/mdpd-sources/', import.meta.url);

export function resolve(specifier, context, next) {
  return next(specifier, { ...context, conditions: [...context.conditions, '@mdpd/source'] });
}

export async function load(url, context, next) {
  // Newer versions of Node remove types themselves.
  if (!url.endsWith('.ts') || process.features.typescript) return next(url, context);
  const text = readFileSync(fileURLToPath(url), 'utf8');
  const cached = new URL(`${digest(url)}.js`, cache);
  const stamp = `//${digest(text)}\n`;
  let source = readOrEmpty(cached);
  if (!source.startsWith(stamp)) {
    const { transform } = await import('esbuild');
    const options = { loader: 'ts', format: 'esm', target: 'node20', sourcemap: 'inline', sourcefile: url };
    source = stamp + (await transform(text, options)).code;
    store(cached, source);
  }
  return { format: 'module', source, shortCircuit: true };
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}

function readOrEmpty(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Renaming makes a file appear whole. A cache that cannot be written is no reason to fail. */
function store(file, text) {
  const unfinished = new URL(`${file.href}.${process.pid}`);
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch {
    return;
  }
}
