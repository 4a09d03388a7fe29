/** Where a command writes: answers to standard output, messages to standard error. */
import { formatError } from '@mdpd/core/errors';
import { internalError } from './internal-error.ts';
import { isStyled, type Environment } from './terminal.ts';

export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Output {
  /** The answer: a table, or one JSON value. Nothing else goes to standard output. */
  answer(text: string): void;
  /** Something to know, not part of the answer. */
  message(text: string): void;
  /** Standard error, for the progress line. */
  readonly messages: Stream;
  /** Whether the answer is JSON. */
  readonly json: boolean;
  /** Bold text, where that is shown. */
  bold(text: string): string;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly stdout?: Stream;
  readonly stderr?: Stream;
  readonly environment?: Environment;
}

export function createOutput(options: OutputOptions): Output {
  const { json, stdout = process.stdout, stderr = process.stderr, environment = process.env } = options;
  const styled = isStyled(stdout, environment);
  return {
    json,
    messages: stderr,
    answer: (text) => void stdout.write(`${text}\n`),
    message: (text) => void stderr.write(`${text}\n`),
    bold: (text) => (styled ? `\u001b[1m${text}\u001b[22m` : text),
  };
}

/** An answer for programs: indented JSON. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

/**
 * Reports what a command threw and returns its exit code. Our errors are for people; anything else is a bug and says
 * so (its stack trace only with MDPD_DEBUG=1).
 */
export function reportFailure(
  thrown: unknown,
  output: Output,
  debug = process.env['MDPD_DEBUG'] === '1',
): number {
  const error = internalError(thrown);
  output.message(formatError(error));
  if (debug && thrown instanceof Error) output.message(thrown.stack ?? '');
  if (output.json) {
    const { code, message, place, allowed, fix } = error;
    output.answer(toJson({ error: { code, message, place, allowed, fix } }));
  }
  return error.exitCode;
}
