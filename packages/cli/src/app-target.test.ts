import { describe, expect, it } from 'vitest';
import { isPath, moduleCandidates, parseAppTarget } from './app-target.ts';

describe('parseAppTarget', () => {
  it.each([
    ['proj', 'proj', undefined],
    ['./src/tasks.ts', './src/tasks.ts', undefined],
    ['proj:app', 'proj', 'app'],
    ['./src/tasks.ts:worker_1', './src/tasks.ts', 'worker_1'],
    ['C:\\proj\\tasks.ts', 'C:\\proj\\tasks.ts', undefined],
    ['C:\\proj\\tasks.ts:app', 'C:\\proj\\tasks.ts', 'app'],
    ['proj:', 'proj:', undefined],
    ['@scope/proj:app', '@scope/proj', 'app'],
  ])('%s', (text, module, exportName) => {
    expect(parseAppTarget(text)).toEqual({ module, exportName });
  });
});

describe('moduleCandidates', () => {
  it('takes a file name as it is', () => {
    expect(moduleCandidates('dist/tasks.js')).toEqual(['dist/tasks.js']);
  });

  it('tries TypeScript first, then folders', () => {
    const candidates = moduleCandidates('proj');
    expect(candidates[0]).toBe('proj.ts');
    expect(candidates).toContain('proj.js');
    expect(candidates.indexOf('proj.js')).toBeLessThan(candidates.indexOf('proj/celery.ts'));
    expect(candidates).toContain('proj/index.mjs');
  });

  it('reads dots as Python does', () => {
    expect(moduleCandidates('proj.tasks')).toContain('proj/tasks.ts');
    expect(moduleCandidates('./proj.tasks')).not.toContain('./proj/tasks.ts');
  });
});

describe('isPath', () => {
  it.each(['./a', '../a', '/a', 'a.ts', '.\\a', 'C:\\a', '.hidden/a.js'])('%s is a path', (text) => {
    expect(isPath(text)).toBe(true);
  });

  it.each(['proj', '@scope/proj', 'proj/tasks', 'proj.tasks'])('%s may be a package', (text) => {
    expect(isPath(text)).toBe(false);
  });
});
