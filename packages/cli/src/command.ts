/** A subcommand: its citty definition behind one form, whatever its arguments are. */
import { defineCommand, runCommand, type ArgsDef, type ParsedArgs } from 'citty';
import { withEmptyValues } from './command-line.ts';

export interface Command {
  readonly name: string;
  readonly description: string;
  readonly args: ArgsDef;
  /** Command lines for its help. */
  readonly examples: readonly string[];
  /** Runs it with arguments that were checked, and returns the exit code. */
  execute(rawArgs: readonly string[]): Promise<number>;
}

export interface CommandSpec<T extends ArgsDef> extends Omit<Command, 'args' | 'execute'> {
  readonly args: T;
  run(args: ParsedArgs<T>): number | Promise<number>;
}

export function command<const T extends ArgsDef>(spec: CommandSpec<T>): Command {
  const { name, description, args, examples } = spec;
  const definition = defineCommand({
    meta: { name, description },
    args,
    run: (context) => spec.run(context.args),
  });
  return {
    name,
    description,
    args,
    examples,
    execute: async (rawArgs) =>
      (await runCommand(definition, { rawArgs: withEmptyValues(args, rawArgs) })).result as number,
  };
}
