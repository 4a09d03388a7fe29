/** In which order the ladders of several streams are climbed, and what they read of each other. */
import { MdpdError, type Backbone } from '@mdpd/core';

/** Streams at which a ladder looks: those that the backbone's blocks read, and those that only the side network joins. */
export function sourcesOf(backbone: Backbone, stream: string): string[] {
  const { reads = [], fuses = [] } = backbone.streams[stream]!;
  return [...reads, ...fuses];
}

/** Streams, each after those that it reads. Throws SIDE_READS where they read each other. */
export function readingOrder(backbone: Backbone): string[] {
  const order: string[] = [];
  const entered = new Set<string>();
  const enter = (stream: string): void => {
    if (order.includes(stream)) return;
    if (entered.has(stream)) {
      throw new MdpdError(
        'SIDE_READS',
        `stream ${stream} of backbone ${backbone.family} reads itself by way of others`,
        {
          allowed: 'streams that read others which are finished before',
        },
      );
    }
    entered.add(stream);
    for (const source of sourcesOf(backbone, stream)) enter(source);
    order.push(stream);
  };
  Object.keys(backbone.streams).forEach(enter);
  return order;
}
