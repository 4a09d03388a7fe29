/**
 * The learned gates of a side network, as it uses them.
 *
 * Letters: L blocks.
 */
import type { Backbone } from '@mdpd/core';
import { rungs } from './side-network.ts';
import type { SideSettings } from './side-settings.ts';

/** g = sigmoid(a / T): the share with which a tap comes in, or, of a convex gate, with which the ladder stays. */
export function gateOf(learned: number, temperature: number): number {
  return 1 / (1 + Math.exp(-learned / temperature));
}

/**
 * The gates of a stream at its taps h_0 … h_L; null where none comes in.
 * @param read - the one value of a tensor of the side network, by its name
 */
export async function gatesOf(
  backbone: Backbone,
  settings: SideSettings,
  stream: string,
  read: (name: string) => Promise<number>,
): Promise<(number | null)[]> {
  const gates = new Array<number | null>(backbone.blocks + 1).fill(null);
  for (const { tap } of rungs(backbone, settings, stream))
    gates[tap] = gateOf(await read(`side.${stream}.gate.${tap}`), settings.gateTemperature);
  return gates;
}
