import { parentPort } from 'node:worker_threads';
import type { ChildMessage, ParentMessage } from './child-messages.ts';

/** A child's connection to its parent. */
export interface ChildLink {
  onMessage(listener: (message: ParentMessage) => void): void;
  /** The parent is gone, or has let go. */
  onClosed(listener: () => void): void;
  send(message: ChildMessage): void;
  /** The last word of this child. @param then - it is on its way */
  sendLast(message: ChildMessage, then: () => void): void;
}

/** The link of a process made by `fork`. */
export const processLink: ChildLink = Object.freeze({
  onMessage(listener: (message: ParentMessage) => void): void {
    process.on('message', (message) => listener(message as ParentMessage));
  },
  onClosed(listener: () => void): void {
    process.on('disconnect', listener);
    // It died while this process was being loaded: nothing is told any more.
    if (!process.connected) listener();
  },
  send(message: ChildMessage): void {
    if (process.connected) process.send!(message);
  },
  sendLast(message: ChildMessage, then: () => void): void {
    if (process.connected) process.send!(message, then);
  },
});

/** The link of a worker thread. */
export const threadLink: ChildLink = Object.freeze({
  onMessage(listener: (message: ParentMessage) => void): void {
    parentPort!.on('message', listener);
  },
  onClosed(): void {},
  send(message: ChildMessage): void {
    parentPort!.postMessage(message);
  },
  sendLast(message: ChildMessage, then: () => void): void {
    parentPort!.postMessage(message);
    setImmediate(then);
  },
});
