/** What a reader is given: a folder of files, and links among them. */

export interface FuzzInput {
  /** Bytes by path relative to the folder. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Targets of symbolic links by path; CANARY stands for a file outside the folder. */
  readonly links?: Readonly<Record<string, string>>;
}

/** In the target of a link: the file beside the folder that nobody may open. */
export const CANARY = 'CANARY';

export function inputBytes({ files }: FuzzInput): number {
  return Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0);
}

/** The input with another content of one file. */
export function withFile(input: FuzzInput, name: string, bytes: Uint8Array): FuzzInput {
  return { ...input, files: { ...input.files, [name]: bytes } };
}
