import type { NodeReply } from './control-replies.ts';

/** Ways to choose nodes by a pattern of their names. @see kombu/matcher.py */
export type NodeMatcher = 'glob' | 'pcre';

/** Which nodes a command is for, and how long to wait for their replies. */
export interface BroadcastOptions {
  /** Only these nodes. Default: all. */
  readonly destination?: string | readonly string[];
  /** Only nodes whose names match; read as `matcher` says. */
  readonly pattern?: string;
  /** `glob` (`worker*@host`) or `pcre` (a regular expression, from the start of the name). Default `glob`. */
  readonly matcher?: NodeMatcher;
  /** Wait for replies. Default false. */
  readonly reply?: boolean;
  /** How long to wait for them. Milliseconds; default 1,000. */
  readonly timeoutMs?: number;
  /** Wait no longer when so many have come. Default: as many as there are destinations. */
  readonly limit?: number;
  /** Called with each reply as it comes. */
  readonly callback?: (reply: NodeReply) => void;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** A command to send. */
export interface Broadcast extends BroadcastOptions {
  readonly arguments?: { readonly [name: string]: unknown };
}

/** Sends commands. The part of an app that does so is loaded when it is first needed. */
export interface CommandSender {
  /**
   * @returns the replies in the order in which they came; none unless `reply` is set
   * @throws {PublishError} when the broker stays away | @throws {ControlUnavailableError} where it has no fanout
   */
  broadcast(command: string, options: Broadcast): Promise<readonly NodeReply[]>;
}
