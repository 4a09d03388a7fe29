export function publicModules(root: string): Map<string, string>;
