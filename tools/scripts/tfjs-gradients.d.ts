export const target: string;
/** The text of the module. */
export function gradientsModule(): Promise<string>;
