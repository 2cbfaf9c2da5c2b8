import { expect, test } from 'vitest';
import { pythonJson } from './python-json.ts';

test.each([
  [[1, 'a', 'SUCCESS', 2], '[1, "a", "SUCCESS", 2]'],
  [{ a: [], b: { c: null } }, '{"a": [], "b": {"c": null}}'],
  ['a,b:c "quoted, \\" \\\\', '"a,b:c \\"quoted, \\\\\\" \\\\\\\\"'],
  ['\u00e4 \u{1f600} \n', '"\\u00e4 \\ud83d\\ude00 \\n"'],
])('%j is %s', (value, text) => {
  expect(pythonJson(JSON.stringify(value))).toBe(text);
  expect(JSON.parse(text)).toEqual(value);
});
