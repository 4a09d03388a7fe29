/** Templates: files of a plugin in which its names are still to be filled in. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kind } from './kinds.ts';
import type { PluginNames } from './names.ts';

/** Content by path, with `/`, relative to the plugin's folder. */
export type Files = Readonly<Record<string, string>>;

/** Where the plugin will stand, as its texts say it. */
export interface Place {
  /** Path of the recipe from where commands are run: `recipe.yaml`. */
  readonly recipe: string;
  /** What must be run before `mdpd` sees changes of the sources; empty where it reads the sources themselves. */
  readonly build: string;
  /** How its tests are run. */
  readonly test: string;
}

const root = fileURLToPath(new URL('../templates/', import.meta.url));
const ending = '.template';

/**
 * All files of a template: of a kind of plugin sources below `src`, `recipe.yaml` and `page.md`; of `standalone` what a
 * plugin needs besides where no workspace surrounds it.
 */
export function renderTemplate(template: Kind | 'standalone', names: PluginNames, place: Place): Files {
  const words: Readonly<Record<string, string>> = {
    name: names.name,
    camel: names.camel,
    pascal: names.pascal,
    package: names.package,
    ...place,
  };
  const fill = (text: string): string =>
    text.replace(/__([a-z]+)__/gu, (whole, word: string) => words[word] ?? whole);
  const folder = join(root, template);
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    paths.map((path) => {
      const name = relative(folder, path).split(sep).join('/').slice(0, -ending.length);
      // A line that is filled in with nothing is left out.
      const text = readFileSync(path, 'utf8').replace(/^ *__([a-z]+)__\n/gmu, (line, word: string) =>
        words[word] === '' ? '' : line,
      );
      return [fill(name), fill(text)];
    }),
  );
}
