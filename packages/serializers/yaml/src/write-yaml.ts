import { encodeJson } from '@celeriac/protocol';

/** Texts, which stay, and what stands outside of them. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?\d[\d.]*(?:e[+-]?\d+)?|[:,]/gi;
/** In a text: line ends of YAML 1.1, and what its reader does not take unescaped. */
const SPECIAL = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * A value as YAML that readers of version 1.1 and 1.2 understand alike: all texts are quoted.
 * @throws {EncodeError} naming the path of what cannot be sent
 */
export function writeYaml(value: unknown): string {
  return encodeJson(value).replace(TOKENS, rewritten);
}

function rewritten(token: string): string {
  switch (token) {
    case ':':
    case ',':
      return `${token} `;
    case 'NaN':
      return '.nan';
    case 'Infinity':
      return '.inf';
    case '-Infinity':
      return '-.inf';
    default:
      return token.startsWith('"') ? token.replace(SPECIAL, escaped) : withPoint(token);
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Version 1.1 takes `1e+21` for a text. */
function withPoint(number: string): string {
  return /e/i.test(number) && !number.includes('.') ? number.replace(/e/i, '.0e') : number;
}
