/** Opens tasks of GLUE over small copies of its files, for tests. */
import { join } from 'node:path';
import type { Task, TaskContext } from '@mdpd/core';
import { glueProvider } from '../glue-provider.ts';
import { glueSchema, type GlueData } from '../glue-schema.ts';
import { writeGlueFixtures, type FixtureOptions } from './glue-fixtures.ts';
import { createTextFixture, type TextFixture } from './text-fixture.ts';

export interface GlueFixture extends TextFixture<GlueData> {
  /** Opens a task; the folder of the format is its root where nothing else is said. */
  open(
    recipe: Partial<GlueData> & { readonly task: string },
    given?: Partial<TaskContext<GlueData>>,
  ): Promise<Task>;
  /** Writes small copies below the folder `glue`. */
  add(options: FixtureOptions): void;
  /** Takes the warnings since the last time, without those of sizes, which are always there. */
  said(): string[];
}

export function createGlueFixture(): GlueFixture {
  const fixture = createTextFixture<GlueData>();
  return {
    ...fixture,
    open: (recipe, given) => {
      const where = recipe.train || recipe.source || recipe.root ? {} : { root: './glue' };
      return glueProvider.open(
        fixture.context({ data: glueSchema.parse({ maxLength: 24, ...where, ...recipe }), ...given }),
      );
    },
    add: (options) => writeGlueFixtures(join(fixture.directory, 'glue'), options),
    said: () => fixture.warnings.splice(0).filter((message) => !message.includes('the published')),
  };
}
