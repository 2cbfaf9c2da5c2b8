import { connect } from 'node:net';

/** How a port shows that the server behind it takes work: what to send, and which answer counts. */
export interface Handshake {
  /** Sent at once; nothing for servers that speak first. */
  readonly send?: Buffer;
  /** Judges what has arrived so far. */
  readonly isReady: (reply: Buffer) => boolean;
}

const ANSWER_MS = 2_000;

/** Redis and Sentinel: an answer to PING, also a refusal for want of a password, but not "loading". */
export const redisHandshake: Handshake = {
  send: Buffer.from('PING\r\n'),
  isReady: (reply) => /^(?:\+PONG|-NOAUTH)/.test(reply.toString('latin1')),
};

/** RabbitMQ: the protocol header is answered with connection.start, a method frame on channel 0. */
export const amqpHandshake: Handshake = {
  send: Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]),
  isReady: (reply) => reply.length >= 11 && reply.readUInt8(0) === 1 && reply.readUInt32BE(7) === 0x000a_000a,
};

/** PostgreSQL: a start-up message is answered with a request to log in, or with an error while it is starting. */
export const postgresHandshake: Handshake = {
  send: postgresStartup('celeriac'),
  isReady: (reply) => reply.length > 0 && String.fromCharCode(reply.readUInt8(0)) === 'R',
};

/** MariaDB speaks first: a greeting of protocol version 10. */
export const mariadbHandshake: Handshake = {
  isReady: (reply) => reply.length > 4 && reply.readUInt8(4) === 10,
};

/** Epmd, Erlang's port mapper: takes connections. */
export const epmdHandshake: Handshake = {
  // NAMES_REQ; the answer starts with its own port.
  send: Buffer.from([0, 1, 0x6e]),
  isReady: (reply) => reply.length >= 4,
};

/** Tries the handshake once on 127.0.0.1. */
export function answers(port: number, { send, isReady }: Handshake): Promise<boolean> {
  return new Promise((resolve) => {
    let reply = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => send && socket.write(send));
    const settle = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(ANSWER_MS, () => settle(false));
    socket.on('error', () => settle(false));
    socket.on('close', () => settle(false));
    socket.on('data', (data: Buffer) => {
      reply = Buffer.concat([reply, data]);
      if (isReady(reply)) settle(true);
    });
  });
}

function postgresStartup(user: string): Buffer {
  const body = Buffer.from(`user\0${user}\0database\0${user}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}
