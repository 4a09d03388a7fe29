// @ts-check
/**
 * `nx run task-glue:train --task=sst2`: finds the recipe and trains it. The other arguments are those of `mdpd train`; one that is
 * a YAML file is the recipe.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mdpd, root, takeOption } from './command.mjs';
import recipes from './recipes.js';

const [folder = '', ...given] = process.argv.slice(2);
const { value: task, rest } = takeOption(given, 'task');
const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
const choices = recipes.choicesOf(recipes.tasksOf(manifest) ?? {}, recipes.readRecipes(root));
const choice = task === undefined ? undefined : choices.get(task);

if (choice !== undefined)
  process.exitCode = await mdpd(['train', choice.recipe.file, ...choice.overrides, ...rest]);
else if (task === undefined && rest.some((argument) => argument.endsWith('.yaml') || argument === '--help'))
  process.exitCode = await mdpd(['train', ...rest]);
else {
  const problem = task === undefined ? 'no recipe is named' : `${manifest.name} has no recipe "${task}"`;
  const names = [...choices.keys()].join(', ') || 'none: no file below configs names one of its tasks';
  process.stderr.write(
    `error ${problem}\n  allowed: --task=NAME with ${names}\n  fix: or name a file: configs/….yaml\n`,
  );
  process.exitCode = 2;
}
