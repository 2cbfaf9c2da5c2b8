import type { SettleCommand } from './ack-window.ts';

/** Type, channel, size, class, method, tag, bits, end mark. */
const FRAME_BYTES = 7 + 2 + 2 + 8 + 1 + 1;
const BASIC = 60;
const ACK = 80;
const NACK = 120;

/** The frames of many acknowledgements as one run of bytes. */
export function settleFrames(channel: number, commands: readonly SettleCommand[]): Buffer {
  const bytes = Buffer.allocUnsafe(commands.length * FRAME_BYTES);
  let at = 0;
  for (const command of commands) {
    at = bytes.writeUInt8(1, at);
    at = bytes.writeUInt16BE(channel, at);
    at = bytes.writeUInt32BE(FRAME_BYTES - 8, at);
    at = bytes.writeUInt16BE(BASIC, at);
    at = bytes.writeUInt16BE(command.method === 'ack' ? ACK : NACK, at);
    at = bytes.writeUInt32BE(Math.floor(command.tag / 0x1_0000_0000), at);
    at = bytes.writeUInt32BE(command.tag % 0x1_0000_0000, at);
    at = bytes.writeUInt8(command.method === 'ack' ? Number(command.multiple) : command.requeue ? 2 : 0, at);
    at = bytes.writeUInt8(0xce, at);
  }
  return bytes;
}
