/** `mdpd schema` */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { command } from './command.ts';
import { commonOptions } from './command-line.ts';
import { diskError } from './files.ts';
import { createOutput, toJson } from './output.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import { recipeJsonSchema } from './recipe-json-schema.ts';

export default command({
  name: 'schema',
  description:
    'Write the JSON Schema of recipes with what is installed, so that editors complete and check them.',
  examples: ['mdpd schema --out recipe.schema.json', 'mdpd schema'],
  args: {
    out: { type: 'string', valueHint: 'file', description: 'file to write (default: standard output)' },
    ...commonOptions,
  },
  run: async ({ out }) => {
    const output = createOutput({ json: false });
    const { registry, problems } = await loadPlugins();
    describeProblems(problems).forEach(output.message);
    const text = toJson(recipeJsonSchema(registry));
    if (out === undefined) {
      output.answer(text);
      return 0;
    }
    write(out, `${text}\n`);
    output.message(
      `a recipe beside it is checked with the first line\n# yaml-language-server: $schema=./${path.basename(out)}`,
    );
    return 0;
  },
});

/** Throws DISK_FULL or WRITE_FAILED. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (thrown) {
    throw diskError(thrown, file);
  }
}
