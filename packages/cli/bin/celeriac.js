#!/usr/bin/env node
import module from 'node:module';
import process from 'node:process';

/** A process that lived no longer has not made much garbage. */
const SHORT_LIFE_MS = 10_000;
const REST_MS = 50;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`celeriac: Node.js 22.18 or newer is needed, this is ${process.versions.node}.\n`);
  process.exit(2);
}
module.enableCompileCache();
if (process.argv.includes('worker')) limitYoungSpace();

// Whoever reads the output may have enough of it: `celeriac list tasks | head -1`.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));

// By its own name: the package's exports decide between dist and, under the workspace's condition, src.
const { main } = await import('@celeriac/cli');
const code = await main(process.argv.slice(2));

// The user's modules may hold sockets or timers; what was written must still arrive.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))));
await untilV8Rests();
process.exit(code);

/**
 * `process.exit` waits for V8's threads without serving them: one that compiles and has to wait for a collection of garbage
 * would keep the process for ever (nodejs/node#54918). Where there is much garbage, they are given a moment to end.
 */
async function untilV8Rests() {
  if (process.uptime() * 1000 > SHORT_LIFE_MS) await new Promise((done) => setTimeout(done, REST_MS));
}

/**
 * V8 lets the space for new objects grow to 128 MB while messages stream through it, and keeps that. A worker is as fast
 * with a small one, and takes 100 MB less. Whoever says anything of it to node is obeyed.
 */
function limitYoungSpace() {
  const { execArgv, env } = process;
  const isSaid = /semi[-_]space|young[-_]generation/.test([...execArgv, env.NODE_OPTIONS].join(' '));
  if (isSaid || process.send !== undefined || process.execve === undefined || process.platform === 'win32') return;
  // The same process, with an option that node takes only at its start.
  const argv = [process.execPath, '--max-semi-space-size=4', ...execArgv, ...process.argv.slice(1)];
  try {
    process.execve(process.execPath, argv, env);
  } catch {
    // Where a process may start no other, as under node's --permission, it works with what it has.
  }
}
