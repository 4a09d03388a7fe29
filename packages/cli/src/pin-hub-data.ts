/** Names data of the hub by their commits, so that the recipe of a run names the same data for ever. */
import { isHubReference } from '@mdpd/data/hub/hub-reference';
import type { HubOptions } from '@mdpd/data/hub/hub-snapshot';

type Data = Record<string, unknown>;

/**
 * The data of a recipe with a commit in every value of the form `hub:org/name`. Nothing is asked where there is none.
 *
 * @param locate - where a key of the data stands in the recipe
 * @throws what `pinHubDataset` throws
 */
export async function pinHubData(
  data: Data,
  locate: (path: readonly string[]) => string,
  options: HubOptions,
): Promise<Data> {
  const pinned: Data = { ...data };
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== 'string' || !isHubReference(value)) continue;
    const { pinHubDataset } = await import('@mdpd/data/hub/open-hub-dataset');
    pinned[key] = await pinHubDataset(value, { ...options, place: locate([key]) });
  }
  return pinned;
}
