import { describeType, isRecord } from '@celeriac/protocol/basics';

/** Which values a setting takes. */
export interface SettingType {
  /** Completes "must be …". */
  readonly expects: string;
  accepts(value: unknown): boolean;
  /** A value written as text in an environment variable; undefined when the text is none. */
  fromText(text: string): unknown;
}

/** true or false. */
export const flag: SettingType = {
  expects: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  fromText: (text) => booleans.get(text.toLowerCase()),
};

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

/** Text that is not empty. */
export const text: SettingType = {
  expects: 'text that is not empty',
  accepts: (value) => typeof value === 'string' && value.trim() !== '',
  fromText: (value) => value,
};

/** A whole number in a range. */
export function whole(min: number, max: number = Number.MAX_SAFE_INTEGER): SettingType {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return {
    expects: `a whole number ${range}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    fromText: numberFrom,
  };
}

/** A finite number of at least `min`. @param unit - `seconds`, `milliseconds` */
export function amount(unit: string, min: number, max: number = Number.MAX_VALUE): SettingType {
  const range = max === Number.MAX_VALUE ? `, ${min} or more` : ` from ${min} to ${max}`;
  return {
    expects: `a number of ${unit}${range}`,
    accepts: (value) => typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max,
    fromText: numberFrom,
  };
}

/** A number of seconds above 0. */
export const seconds: SettingType = {
  expects: 'a number of seconds above 0',
  accepts: (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
  fromText: numberFrom,
};

/** One of a few values. */
export function oneOf(...values: readonly (string | number)[]): SettingType {
  return {
    expects: `one of ${values.join(', ')}`,
    accepts: (value) => values.includes(value as string | number),
    fromText: (given) => values.find((value) => String(value) === given.toLowerCase()),
  };
}

/** A list of texts; `a,b` in the environment. */
export const textList: SettingType = {
  expects: 'a list of texts',
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== ''),
  fromText: (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
};

/** An object with options; JSON in the environment. */
export const options: SettingType = {
  expects: 'an object with options',
  accepts: isRecord,
  fromText: jsonFrom,
};

/** As `type`, or null. */
export function orNull(type: SettingType, meaning: string): SettingType {
  return {
    expects: `${type.expects}, or null ${meaning}`,
    accepts: (value) => value === null || type.accepts(value),
    fromText: (value) => (/^(none|null)$/i.test(value) ? null : type.fromText(value)),
  };
}

/** Anything that one of the types takes. */
export function anyOf(...types: readonly SettingType[]): SettingType {
  return {
    expects: types.map((type) => type.expects).join(', or '),
    accepts: (value) => types.some((type) => type.accepts(value)),
    fromText: (value) => types.map((type) => type.fromText(value)).find((found) => found !== undefined),
  };
}

/** A value that has a given shape, checked in full where it is used. */
export function shaped(expects: string, accepts: (value: unknown) => boolean): SettingType {
  return { expects, accepts, fromText: jsonFrom };
}

/** What was given instead, for "must be …, got …". */
export function givenType(value: unknown): string {
  return describeType(value);
}

function numberFrom(value: string): number | undefined {
  return /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(value.trim()) ? Number(value) : undefined;
}

function jsonFrom(value: string): unknown {
  try {
    return JSON.parse(value, (key, item: unknown) => (key === '__proto__' ? undefined : item));
  } catch {
    return undefined;
  }
}
