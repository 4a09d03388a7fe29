/** Entry of the `mdpd` command: finds the subcommand, loads it alone, runs it, and turns failures into exit codes. */
import { readFileSync } from 'node:fs';
import type { Command } from './command.ts';

interface Entry {
  readonly description: string;
  load(): Promise<{ default: Command }>;
}

/** Descriptions stand here, so that `mdpd --help` loads no command. */
const commands: Readonly<Record<string, Entry>> = {
  train: { description: 'fine-tune a model from a recipe', load: () => import('./train-command.ts') },
  watch: {
    description: 'follow a run that is trained elsewhere',
    load: () => import('./watch-command.ts'),
  },
  plan: {
    description: 'predict memory and time of every method',
    load: () => import('./plan-command.ts'),
  },
  evaluate: {
    description: 'evaluate a run or a model on a split',
    load: () => import('./evaluate-command.ts'),
  },
  predict: { description: 'predict for files of your own', load: () => import('./predict-command.ts') },
  serve: {
    description: 'serve a page on which the model can be tried',
    load: () => import('./serve-command.ts'),
  },
  export: {
    description: 'write the model as ONNX files, checked',
    load: () => import('./export-command.ts'),
  },
  verify: {
    description: 'check that a run or a model is what it says',
    load: () => import('./verify-command.ts'),
  },
  replay: {
    description: 'take one step of a run again, and show where numbers end',
    load: () => import('./replay-command.ts'),
  },
  report: {
    description: 'write the page of a run again, also of one that was killed',
    load: () => import('./report-command.ts'),
  },
  compare: { description: 'put runs into one table', load: () => import('./compare-command.ts') },
  list: {
    description: 'show what is installed: tasks, backbones, methods, …',
    load: () => import('./list-command.ts'),
  },
  schema: {
    description: 'write the JSON Schema of recipes, for editors',
    load: () => import('./schema-command.ts'),
  },
  doctor: {
    description: 'check this machine and what is missing',
    load: () => import('./doctor-command.ts'),
  },
};

/** Runs `mdpd` with `argv` (without node and script) and returns the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<number> {
  // A terminal that went away has nobody to tell; work is stopped by its signal, not by its lines.
  process.stderr.on('error', () => {});
  // A reader that has seen enough (`mdpd list | head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return printHelp();
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const { createOutput, reportFailure } = await import('./output.ts');
  const output = createOutput({ json: rest.includes('--json') });
  try {
    return await run(name, rest);
  } catch (thrown) {
    return reportFailure(thrown, output);
  }
}

async function run(name: string, rawArgs: string[]): Promise<number> {
  const { checkArguments, commandHelp, unknownCommand } = await import('./command-line.ts');
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!entry) throw unknownCommand(name, Object.keys(commands));
  const command = (await entry.load()).default;
  if (rawArgs.includes('--help') || rawArgs.includes('-h')) {
    process.stdout.write(`${commandHelp(command)}\n`);
    return 0;
  }
  checkArguments(name, command.args, rawArgs);
  return command.execute(rawArgs);
}

function printHelp(): number {
  const width = Math.max(...Object.keys(commands).map((name) => name.length)) + 2;
  const lines = Object.entries(commands).map(
    ([name, { description }]) => `  ${name.padEnd(width)}${description}`,
  );
  process.stdout.write(
    [
      'Fine-tune pretrained transformers with little memory; ship them with no added inference cost.\n',
      'Usage: mdpd <command> [arguments]\n',
      'Commands:',
      ...lines,
      '\n`mdpd <command> --help` shows the arguments of a command.',
      'Exit codes: 0 done, 1 failed, 2 wrong usage or recipe.\n',
    ].join('\n'),
  );
  return 0;
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
