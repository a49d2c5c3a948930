import { isObject, readNumber, tryParse } from './coerce.ts'

interface Conversion {
  /** The result of the conversion. */
  becomes: string
}

/** A conversion by {@link compileCoercion} that the author of a graph rarely intends. */
export interface LossyConversion extends Conversion {
  /** Whether the value can be read from the result, such as a list from its JSON text. */
  isReversible?: boolean
  /** Whether this value keeps its meaning. @default no value does */
  keeps?: (value: unknown) => boolean
}

const JSON_TEXT: LossyConversion = { becomes: 'its JSON text', isReversible: true }
const NOT_EMPTY: LossyConversion = { becomes: 'true, also when it is empty' }
const ITEM_COUNT: LossyConversion = { becomes: 'the number of its items' }
const KEY_COUNT: LossyConversion = { becomes: 'the number of its keys' }
const WRAPPED: LossyConversion = { becomes: 'an object with the key "value"', isReversible: true }
const NOT_ZERO: LossyConversion = {
  becomes: 'false when it is 0, and true otherwise',
  keeps: (value) => value === 0 || value === 1,
}

const FROM_TEXT: Record<string, LossyConversion> = {
  number: {
    becomes: 'the number that it contains, and 0 when it is not a number',
    keeps: (value) => readNumber(String(value)) !== undefined,
  },
  integer: {
    becomes: 'the whole number that it contains without a fraction, and 0 when it is not a number',
    keeps: (value) => isWhole(readNumber(String(value))),
  },
  boolean: {
    becomes: 'true when it is "true" or "1", and false otherwise',
    keeps: (value) => ['true', 'false', '1', '0'].includes(String(value).toLowerCase()),
  },
  object: {
    becomes: 'the object that its JSON text describes, or an object with the key "value" when it is not such a text',
    isReversible: true,
    keeps: (value) => isObject(tryParse(String(value))),
  },
}

/**
 * The conversions by the type of the value, then by the type of the pin. Conversions without an entry preserve the
 * meaning of the value.
 */
export const LOSSES: Record<string, Record<string, LossyConversion>> = {
  array: {
    number: ITEM_COUNT,
    integer: ITEM_COUNT,
    string: JSON_TEXT,
    boolean: NOT_EMPTY,
    object: { becomes: 'an object with the keys "0", "1", "2" …', isReversible: true },
  },
  object: {
    number: KEY_COUNT,
    integer: KEY_COUNT,
    string: JSON_TEXT,
    boolean: NOT_EMPTY,
    array: { becomes: 'a list of [key, value] pairs', isReversible: true },
  },
  number: {
    boolean: NOT_ZERO,
    object: WRAPPED,
    integer: { becomes: 'a whole number without its fraction', keeps: isWhole },
  },
  integer: { boolean: NOT_ZERO, object: WRAPPED },
  boolean: { object: WRAPPED },
  string: FROM_TEXT,
}

const SINGLE: Conversion = { becomes: 'a list with this value' }

/** The conversions that preserve the meaning of the value, by the type of the value, then by the type of the pin. */
export const KEEPING: Record<string, Record<string, Conversion>> = {
  number: { string: { becomes: 'its digits' }, array: SINGLE },
  integer: { string: { becomes: 'its digits' }, array: SINGLE },
  boolean: {
    string: { becomes: '"true" or "false"' },
    number: { becomes: '1 or 0' },
    integer: { becomes: '1 or 0' },
    array: SINGLE,
  },
  string: { array: { becomes: 'the list that its JSON text describes, or a list with the text' } },
}

/** A text is a number that is too large and stays a text. The input validation of the block rejects it. */
function isWhole(value: unknown): boolean {
  return typeof value === 'bigint' || typeof value === 'string' || Number.isInteger(value)
}
