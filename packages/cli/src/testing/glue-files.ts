/** Small copies of GLUE in its published layouts: the generator of the task's own tests. */

export interface GlueFiles {
  readonly format: 'tsv' | 'parquet' | 'converter' | 'jsonl';
  /** Default: all. */
  readonly tasks?: readonly string[];
  readonly sizes?: { readonly train?: number; readonly validation?: number; readonly test?: number };
  /** MRPC as it is before anybody cut it. */
  readonly uncutMrpc?: boolean;
}

// By its address: the command depends on no task.
const generator = new URL('../../../tasks/glue/src/testing/glue-fixtures.ts', import.meta.url).href;

/** Writes the tasks below `folder`. The same options give the same bytes, and all formats the same examples. */
export async function writeGlue(folder: string, options: GlueFiles): Promise<void> {
  const module = (await import(generator)) as {
    writeGlueFixtures(folder: string, options: GlueFiles): void;
  };
  module.writeGlueFixtures(folder, options);
}
