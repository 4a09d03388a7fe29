// @ts-check
/* eslint-disable @typescript-eslint/no-require-imports -- Nx loads generators as CommonJS, without a build. */
/** Makes a plugin as a package of this workspace, from the templates of create-mdpd-plugin. No existing file changes. */
const { formatFiles, installPackagesTask } = require('@nx/devkit');
const { workspaceFiles } = require('./workspace-files');

/** @typedef {'task' | 'backbone' | 'method'} Kind */
/** @typedef {{ readonly name: string, readonly skipInstall?: boolean }} Options */

/**
 * @param {Kind} kind
 * @returns {(tree: import('@nx/devkit').Tree, options: Options) => Promise<() => void>}
 */
function pluginGenerator(kind) {
  return async (tree, options) => {
    const { folder, files } = await workspaceFiles(kind, options.name);
    const isOwn = (/** @type {string} */ path) => path.startsWith(`${folder}/`);
    const outside = Object.keys(files).filter((path) => !isOwn(path));
    const taken = [folder, ...outside].filter((path) => tree.exists(path));
    if (taken.length > 0) throw new Error(`there is already ${taken.join(', ')}: choose another name`);
    for (const [path, content] of Object.entries(files)) tree.write(path, content);
    await formatFiles(tree);
    return () => {
      if (options.skipInstall !== true) installPackagesTask(tree, true);
    };
  };
}

module.exports = { pluginGenerator };
