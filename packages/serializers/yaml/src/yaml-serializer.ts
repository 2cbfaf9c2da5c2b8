import type { MessageLimits, Serializer } from '@celeriac/protocol';
import { parseYaml } from './parse-yaml.ts';
import { writeYaml } from './write-yaml.ts';

/**
 * YAML as Celery sends it (`task_serializer='yaml'`). It is written in its flow style, which is that of JSON with what
 * Python's reader wants otherwise; dates go out as ISO text. Reading knows plain values only: no tags, few aliases.
 * @see kombu/serialization.py register_yaml
 */
export const yamlSerializer: Serializer = Object.freeze({
  name: 'yaml',
  contentType: 'application/x-yaml',
  contentEncoding: 'utf-8',
  encode: (value: unknown) => Buffer.from(writeYaml(value), 'utf8'),
  decode: (body: Uint8Array, limits: MessageLimits) => parseYaml(body, limits),
});
