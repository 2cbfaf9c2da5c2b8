import { describe, expect, it } from 'vitest';
import { CeleryKeys } from './celery-keys.ts';

describe('CeleryKeys', () => {
  it('are those of Celery', () => {
    const keys = new CeleryKeys();
    expect(keys.task('1')).toBe('celery-task-meta-1');
    expect(keys.group('1')).toBe('celery-taskset-meta-1');
    expect(keys.chordSize('1')).toBe('celery-taskset-meta-1.s');
  });

  it.each([
    ['app', 'app_celery-task-meta-1'],
    ['app_', 'app_celery-task-meta-1'],
    ['app:', 'app:celery-task-meta-1'],
    ['app.', 'app.celery-task-meta-1'],
    ['app-', 'app-celery-task-meta-1'],
  ])('join the prefix %s as Celery does', (prefix, key) => {
    const keys = new CeleryKeys(prefix);
    expect(keys.task('1')).toBe(key);
    expect(keys.taskIdOf(key)).toBe('1');
  });

  it('recognise no other key as a task', () => {
    expect(new CeleryKeys('app').taskIdOf('celery-task-meta-1')).toBeUndefined();
  });
});
