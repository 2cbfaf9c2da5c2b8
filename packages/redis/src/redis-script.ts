import { createHash } from 'node:crypto';

/** A Lua script, sent by its hash and in full only to a server that does not know it yet. */
export class RedisScript {
  readonly lua: string;
  readonly sha: string;

  constructor(lua: string) {
    this.lua = lua;
    this.sha = createHash('sha1').update(lua).digest('hex');
  }
}
