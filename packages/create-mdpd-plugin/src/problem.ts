/** Errors for people, in the form that `mdpd` gives its own: a package that is downloaded to run once has no dependencies. */

export interface ProblemDetails {
  readonly allowed?: string;
  readonly fix?: string;
  /** 1: it failed; 2: the command is wrong. */
  readonly exitCode?: 1 | 2;
}

export class Problem extends Error {
  /** Upper case, stable. */
  readonly code: string;
  readonly details: ProblemDetails;

  constructor(code: string, message: string, details: ProblemDetails) {
    super(message);
    this.name = 'Problem';
    this.code = code;
    this.details = details;
  }
}

export function problem(code: string, message: string, details: ProblemDetails = {}): Problem {
  return new Problem(code, message, details);
}

/** What the command prints. */
export function formatProblem({ code, message, details }: Problem): string {
  const lines = [`error ${code}`, `  ${message}`];
  if (details.allowed !== undefined) lines.push(`  allowed: ${details.allowed}`);
  if (details.fix !== undefined) lines.push(`  fix: ${details.fix}`);
  return lines.join('\n');
}
