import { ConfigurationError } from './configuration-error.ts';

/**
 * The settings of an object that holds other things too: those whose names begin with a namespace, without it.
 * `CELERY_TASK_ACKS_LATE` of the namespace `CELERY` is `task_acks_late`.
 * @throws {ConfigurationError} for a namespace that is no word
 * @see celery/app/utils.py detect_settings, celery/utils/collections.py ConfigurationView
 */
export function settingsOfNamespace(given: object, namespace: string): object {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(namespace)) {
    throw new ConfigurationError('namespace', 'must be a word, such as CELERY');
  }
  const prefix = namespace.endsWith('_') ? namespace : `${namespace}_`;
  const own = Object.entries(given).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length).toLowerCase(), value]));
}
