// C0, DEL, C1, line separators, bidirectional controls and marks, zero width and lone surrogates: all can forge or hide log lines.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/u;
const unsafeAll = new RegExp(unsafe.source, 'gu');
const named: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * Outside text made safe for a line of a log: control characters, line breaks, terminal escapes and bidirectional
 * controls appear as `\n`, `\x1b`, `\u202e`.
 * @param max - characters to keep of the text; what is cut is announced by `…`
 */
export function escapeForLog(text: string, max = 1024): string {
  const kept = text.length > max ? text.slice(0, max) : text;
  const safe = unsafe.test(kept) ? kept.replace(unsafeAll, escapeCharacter) : kept;
  return text.length > max ? `${safe}…` : safe;
}

function escapeCharacter(character: string): string {
  const name = named.get(character);
  if (name !== undefined) return name;
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
