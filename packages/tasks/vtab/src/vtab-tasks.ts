/** The 19 tasks of VTAB-1k: folder names, groups, classes and sizes (Zhai et al. 2019; folders as NOAH made them). */
import { didYouMean, MdpdError } from '@mdpd/core';

export type VtabGroup = 'natural' | 'specialized' | 'structured';

export interface VtabTask {
  /** Folder below the root. */
  readonly name: string;
  readonly group: VtabGroup;
  readonly classes: number;
  /** Rows of test.txt. Lists of other releases differ for SVHN, dSprites and smallNORB. */
  readonly testRows: number;
  /** Names that papers and programs use for it. */
  readonly aliases: readonly string[];
}

function task(
  group: VtabGroup,
  name: string,
  classes: number,
  testRows: number,
  ...aliases: string[]
): VtabTask {
  return { name, group, classes, testRows, aliases };
}

export const vtabTasks: readonly VtabTask[] = [
  task('natural', 'cifar', 100, 10_000, 'cifar100'),
  task('natural', 'caltech101', 102, 6_084, 'caltech'),
  task('natural', 'dtd', 47, 1_880, 'textures'),
  task('natural', 'oxford_flowers102', 102, 6_149, 'flowers102', 'flowers'),
  task('natural', 'oxford_iiit_pet', 37, 3_669, 'pets', 'pet', 'oxfordpets'),
  task('natural', 'svhn', 10, 26_032),
  task('natural', 'sun397', 397, 21_750, 'sun'),
  task('specialized', 'patch_camelyon', 2, 32_768, 'camelyon', 'pcam'),
  task('specialized', 'eurosat', 10, 5_400),
  task('specialized', 'resisc45', 45, 6_300, 'resisc'),
  task('specialized', 'diabetic_retinopathy', 5, 42_670, 'retinopathy'),
  task('structured', 'clevr_count', 8, 15_000),
  task('structured', 'clevr_dist', 6, 15_000, 'clevrdistance'),
  task('structured', 'dmlab', 6, 22_735),
  task('structured', 'kitti', 4, 711, 'kittidistance', 'kittidist'),
  task('structured', 'dsprites_loc', 16, 73_728, 'dspriteslocation', 'dspritesxpos'),
  task('structured', 'dsprites_ori', 16, 73_728, 'dspritesorientation'),
  task('structured', 'smallnorb_azi', 18, 12_150, 'smallnorbazimuth', 'snorbazimuth', 'snorbazim'),
  task('structured', 'smallnorb_ele', 9, 12_150, 'smallnorbelevation', 'snorbelevation', 'snorbelev'),
];

/** Names are compared without case, hyphens, underscores and spaces. */
function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** The task of that name or alias. Throws VTAB_TASK with all names and the nearest one. */
export function findVtabTask(name: string, place?: string): VtabTask {
  const wanted = simplify(name);
  const found = vtabTasks.find((entry) =>
    [entry.name, ...entry.aliases].some((known) => simplify(known) === wanted),
  );
  if (found) return found;
  const names = vtabTasks.map((entry) => entry.name);
  throw new MdpdError('VTAB_TASK', `"${name}" is none of the 19 tasks of VTAB-1k`, {
    place,
    allowed: names,
    fix: didYouMean(name, names),
    exitCode: 2,
  });
}
