import {
  addNumbers,
  compareNumbers,
  compareValues,
  divideNumbers,
  isEqual,
  multiplyNumbers,
  raiseNumber,
  subtractNumbers,
  type JsonNumber,
} from '@ashlar/sdk'
import { roundFraction, toNumber } from '../../rows/index.ts'
import { toText } from './functions.ts'

/** The operators of expressions with two operands. `and` and `or` are not among them: they may skip the second one. */
export const OPERATORS: Readonly<Record<string, (a: unknown, b: unknown) => unknown>> = {
  '+': (a, b) => add(a, b),
  '-': arithmetic(subtractNumbers),
  '*': arithmetic(multiplyNumbers),
  '/': arithmetic((a, b) => (Number(b) === 0 ? undefined : divideNumbers(a, b))),
  '%': arithmetic((a, b) =>
    Number(b) === 0 ? undefined : typeof a === 'bigint' && typeof b === 'bigint' ? a % b : Number(a) % Number(b),
  ),
  '^': arithmetic(raiseNumber),
  '&': (a, b) => toText(a) + toText(b),
  '==': isSame,
  '!=': (a, b) => !isSame(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
}

function arithmetic(compute: (a: JsonNumber, b: JsonNumber) => JsonNumber | undefined): (a: unknown, b: unknown) => unknown {
  return (a, b) => {
    const [x, y] = [toNumber(a), toNumber(b)]
    const result = x === undefined || y === undefined ? undefined : compute(x, y)
    return result === undefined ? null : roundFraction(result)
  }
}

/** Adds numbers and texts of numbers. Joins other texts. */
function add(a: unknown, b: unknown): unknown {
  if (a === null || b === null) return null
  const [x, y] = [toNumber(a), toNumber(b)]
  return x === undefined || y === undefined ? toText(a) + toText(b) : roundFraction(addNumbers(x, y))
}

function isSame(a: unknown, b: unknown): boolean {
  return isEqual(a, b) || (typeof a !== typeof b && order(a, b) === 0)
}

/** Returns NaN for values that have no order: a missing value, or values of different types. */
function order(a: unknown, b: unknown): number {
  const [x, y] = [toNumber(a), toNumber(b)]
  if (x !== undefined && y !== undefined) return compareNumbers(x, y)
  return a !== null && b !== null && typeof a === typeof b ? compareValues(a, b) : NaN
}
