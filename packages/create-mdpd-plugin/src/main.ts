/** `npm create mdpd-plugin`: writes a new plugin. */
import { join } from 'node:path';
import { help, readCommand } from './options.ts';
import { formatProblem, Problem } from './problem.ts';
import { standaloneFiles } from './standalone.ts';
import { writeFiles } from './write-files.ts';

export interface Output {
  print(text: string): void;
  complain(text: string): void;
}

/** Runs the command in `directory` and gives its exit code: 0 done, 1 failed, 2 the command is wrong. */
export function main(argv: readonly string[], directory: string, output: Output): 0 | 1 | 2 {
  try {
    const command = readCommand(argv);
    if (command.help) {
      output.print(help);
      return 0;
    }
    const { kind, names } = command;
    const files = standaloneFiles(kind, names);
    writeFiles(join(directory, names.folder), files);
    const steps = ['npm install', 'npm test', 'npm run train'].map((step) => `  ${step}`);
    output.print(
      [
        `${names.folder}: a ${kind} plugin in ${Object.keys(files).length} files. Its tests pass and its recipe trains:`,
        '',
        `  cd ${names.folder}`,
        ...steps,
        '',
        `README.md says what to change where.`,
      ].join('\n'),
    );
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    output.complain(formatProblem(thrown));
    return thrown.details.exitCode ?? 1;
  }
}
