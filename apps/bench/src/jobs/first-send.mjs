// A producer that sends one task and says so: `first-send <module>`. It imports nothing but what it needs for that,
// and is JavaScript: taking types out takes Node longer than all the rest.
const [module = ''] = process.argv.slice(2);
const broker = process.env['BENCH_BROKER'] ?? '';

if (module === 'celeriac') {
  const { Celeriac } = await import('@celeriac/core');
  const app = new Celeriac('first', { broker, backend: process.env['BENCH_STORE'] ?? '' });
  await app.sendTask('bench.noop', [1]);
  process.stdout.write('sent\n');
  await app.close();
} else if (module === 'bullmq') {
  const { Queue } = await import('bullmq');
  const { hostname, port } = new URL(broker);
  const queue = new Queue('bench', { connection: { host: hostname, port: Number(port) } });
  await queue.add('noop', { value: 1 });
  process.stdout.write('sent\n');
  await queue.close();
} else {
  throw new Error(`No first send is written for ${module}.`);
}
