/** Strings, and what stands between values. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[,:]/g;

/** JSON text with the blanks and escapes of Python's `json.dumps`. */
export function pythonJson(text: string): string {
  return text.replace(TOKENS, (token) => (token.length === 1 ? `${token} ` : inAscii(token)));
}

function inAscii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
