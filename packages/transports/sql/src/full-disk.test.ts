import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from './broker-children.fixture.ts';
import { scratchFolder } from './scratch-folder.fixture.ts';
import { sqlTransport } from './sql-transport.ts';

/** A small file system of its own; undefined where this user may not mount one. */
function smallDisk(folder: string): (Disposable & { readonly path: string }) | undefined {
  const path = join(folder, 'disk');
  mkdirSync(path);
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { path, [Symbol.dispose]: () => execFileSync('/bin/umount', ['-l', path]) };
}

test('B22: a consumer goes on by itself once a full disk has room again; nothing that was accepted is lost', async (context) => {
  using folder = scratchFolder();
  using disk = smallDisk(folder.path);
  if (disk === undefined) return context.skip('this user may not mount a file system');
  const filler = join(disk.path, 'filler');
  writeFileSync(filler, Buffer.alloc(1_200_000));
  const transport = sqlTransport({ url: `sqlite:///${disk.path}/broker.db` });
  await transport.connect();
  const publish = async (size: number): Promise<Error | undefined> => {
    const message = {
      body: Buffer.alloc(size, 120),
      contentType: '',
      contentEncoding: '',
      headers: {},
      properties: {},
    };
    return (await transport.publish([{ exchange: '', routingKey: 'q', message }]))[0];
  };
  let accepted = 0;
  let refusal: Error | undefined;
  while (refusal === undefined && accepted < 500) {
    refusal = await publish(20_000);
    if (refusal === undefined) accepted++;
  }
  expect(refusal).toMatchObject({ code: 'CLR_CHANNEL', message: expect.stringContaining('SQLITE_FULL') });
  expect(accepted).toBeGreaterThan(10);

  const lost: Error[] = [];
  let acked = 0;
  await transport.consume({
    queues: ['q'],
    prefetch: 5,
    onLost: (error) => void lost.push(error),
    onDeliveries: async (deliveries) => {
      const settled = await Promise.all(deliveries.map((delivery) => delivery.settle('ack')));
      acked += settled.filter(Boolean).length;
    },
  });
  rmSync(filler);
  await eventually('all accepted messages are acknowledged', 15_000, () => acked === accepted);
  expect(lost).toEqual([]);
  expect(await publish(1000)).toBeUndefined();
  await transport.close();
});
