/**
 * Writes small copies of GLUE, to try recipes without the real data:
 *
 *     node --conditions=@mdpd/source --import tsx packages/tasks/glue/src/testing/write-fixtures.ts FOLDER [FORMAT [TASK …]]
 *
 * FORMAT is tsv (default), parquet, converter or jsonl.
 */
import { writeGlueFixtures, type GlueFormat } from './glue-fixtures.ts';

const formats: readonly string[] = ['tsv', 'parquet', 'converter', 'jsonl'] satisfies GlueFormat[];
const [folder, format = 'tsv', ...tasks] = process.argv.slice(2);

if (folder === undefined || !formats.includes(format)) {
  process.stderr.write(`usage: write-fixtures.ts FOLDER [${formats.join('|')} [TASK …]]\n`);
  process.exitCode = 2;
} else {
  const sizes = { train: 400, validation: 120, test: 40 };
  writeGlueFixtures(folder, {
    format: format as GlueFormat,
    ...(tasks.length > 0 ? { tasks } : {}),
    sizes,
  });
}
