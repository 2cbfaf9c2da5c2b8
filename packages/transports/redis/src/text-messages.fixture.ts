import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Delivery, OutgoingMessage, Transport } from '@celeriac/transport';

/** Messages `<name>-<number>` for a queue. */
export function textMessages(queue: string, count: number, name = 'message'): OutgoingMessage[] {
  return Array.from({ length: count }, (_, index) => textMessage(queue, `${name}-${index}`));
}

export function textMessage(queue: string, text: string, priority?: number): OutgoingMessage {
  return {
    exchange: '',
    routingKey: queue,
    message: {
      body: Buffer.from(text),
      contentType: 'text/plain',
      contentEncoding: 'utf-8',
      headers: {},
      properties: priority === undefined ? {} : { priority },
    },
  };
}

export function textOf(delivery: Delivery): string {
  return Buffer.from(delivery.message.body).toString();
}

/** Looks until it holds. @throws {Error} when it does not by then */
export async function eventually(
  what: string,
  timeoutMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(5);
  }
}

/** What a consumer got and why it ended. */
export class Arrivals {
  readonly deliveries: Delivery[] = [];
  readonly losses: Error[] = [];

  static async of(
    transport: Transport,
    queues: readonly string[],
    { prefetch = 0, ack = false }: { readonly prefetch?: number; readonly ack?: boolean } = {},
  ): Promise<Arrivals> {
    const arrivals = new Arrivals();
    await transport.consume({
      queues,
      prefetch,
      onDeliveries: (came) => {
        arrivals.deliveries.push(...came);
        // A settlement that fails with its connection lets the message come again: part of what is tested.
        if (ack) for (const delivery of came) delivery.settle('ack').catch(() => {});
      },
      onLost: (error) => arrivals.losses.push(error),
    });
    return arrivals;
  }

  get texts(): string[] {
    return this.deliveries.map(textOf);
  }
}

/** A recording of Python's Celery. */
export function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../test/samples/${name}.json`, import.meta.url), 'utf8'));
}

/** The first command of a name in a recording. */
export function sampleCommand(name: string, command: string): readonly string[] {
  const { commands } = sample(name) as { commands: readonly { readonly cmd: readonly string[] }[] };
  return commands.find(({ cmd }) => cmd[0] === command)!.cmd;
}
