/** What people outside are led to explains itself: `npm run api` writes these docstrings into the reference. */
import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { publicModules } from '../../scripts/public-modules.js';
import { root } from './workspace.ts';

const read = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);

/** Names that a statement declares and exports. */
function exportedBy(statement: ts.Statement): string[] {
  if (!ts.canHaveModifiers(statement)) return [];
  const modifiers = ts.getModifiers(statement) ?? [];
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  return [(statement as ts.Statement & { readonly name?: ts.Identifier }).name?.getText() ?? 'default'];
}

/** Exported symbols of a file without a docstring, of `names` alone where they are given; re-exports are followed. */
function undocumented(file: string, names?: ReadonlySet<string>): string[] {
  return read(file).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) return reExported(file, statement);
    const own = exportedBy(statement).filter((name) => names?.has(name) ?? true);
    return ts.getJSDocCommentsAndTags(statement).length > 0 ? [] : own.map((name) => `${file}: ${name}`);
  });
}

function reExported(file: string, { moduleSpecifier, exportClause }: ts.ExportDeclaration): string[] {
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
  const from = moduleSpecifier.text;
  if (!from.startsWith('.')) return [];
  const named = exportClause && ts.isNamedExports(exportClause) ? exportClause.elements : undefined;
  const names = named?.map(({ name, propertyName }) => (propertyName ?? name).text);
  return undocumented(posix.join(dirname(file), from), names && new Set(names));
}

describe('public modules', () => {
  const modules = publicModules(root);

  it('are found: main entries, and what pages, examples and our own tasks import', () => {
    expect([...modules.keys()]).toEqual(
      expect.arrayContaining([
        '@mdpd/core',
        '@mdpd/cli',
        '@mdpd/tensor/losses',
        '@mdpd/testing/describe-task',
      ]),
    );
  });

  it('have a docstring for every symbol that they export', () => {
    expect([...modules.values()].flatMap((file) => undocumented(file))).toEqual([]);
  });
});
