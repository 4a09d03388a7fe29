/**
 * Errors for people: a stable code, what is wrong with which value, what is allowed, how to fix it, and where.
 * Anything else that is thrown is a bug of ours.
 */

/** 1: the run failed; 2: the command or recipe is wrong. */
export type ExitCode = 1 | 2;

/** What an error says besides its code and message. */
export interface ErrorDetails {
  /** File, file:line:column, folder or tensor. */
  readonly place?: string;
  /** What is allowed instead. */
  readonly allowed?: string | readonly string[];
  /** How to fix it: a command or a sentence. */
  readonly fix?: string;
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
  /** More for programs, which failed.json keeps. */
  readonly report?: Readonly<Record<string, unknown>>;
}

/** An error for people; `formatError` makes its text. docs/errors.md lists the codes. */
export class MdpdError extends Error {
  /** Upper case, stable: programs may rely on it. */
  readonly code: string;
  readonly place: string | undefined;
  readonly allowed: string | undefined;
  readonly fix: string | undefined;
  readonly exitCode: ExitCode;
  readonly report: Readonly<Record<string, unknown>> | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'MdpdError';
    this.code = code;
    this.place = details.place;
    this.allowed = typeof details.allowed === 'object' ? details.allowed.join(', ') : details.allowed;
    this.fix = details.fix;
    this.exitCode = details.exitCode ?? 1;
    this.report = details.report;
  }
}

/** The text that the command line prints: one line for what and where, then what is allowed and the fix. */
export function formatError(error: MdpdError): string {
  const lines = [`error ${error.code}${error.place ? ` at ${error.place}` : ''}`, `  ${error.message}`];
  if (error.allowed) lines.push(`  allowed: ${error.allowed}`);
  if (error.fix) lines.push(`  fix: ${error.fix}`);
  return lines.join('\n');
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The Node error code (`ENOENT`) of whatever was thrown. */
export function systemCode(thrown: unknown): string | undefined {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
