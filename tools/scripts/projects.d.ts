export function workspaceFolders(root: string): string[];
export function projectFolders(root?: string): string[];
