import { compareNumbers, isEqual, parseNumber, type JsonNumber } from '@ashlar/sdk'

export const OPERATORS = ['==', '!=', '>', '<', '>=', '<='] as const

export type Operator = (typeof OPERATORS)[number]

/** A numeric text becomes a number. White space around any other text is removed. */
export function readSide(value: unknown): unknown {
  return typeof value === 'string' ? (parseNumber(value) ?? value.trim()) : value
}

/** @throws {Error} when the sides have no order, unless they are only tested for equality */
export function compare(left: unknown, operator: Operator, right: unknown): boolean {
  if (operator === '==') return isEqual(left, right)
  if (operator === '!=') return !isEqual(left, right)
  if (isNumber(left) && isNumber(right)) return isOrdered(compareNumbers(left, right), operator)
  if (typeof left === 'string' && typeof right === 'string') return isOrdered(left < right ? -1 : left > right ? 1 : 0, operator)
  const [shownLeft, shownRight] = [left, right].map((side) => JSON.stringify(side).slice(0, 100))
  throw new Error(`cannot compare ${shownLeft} ${operator} ${shownRight}: both must be numbers or both texts`)
}

function isNumber(value: unknown): value is JsonNumber {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** @param order negative if the left side is less than the right side, 0 if they are equal, positive otherwise */
function isOrdered(order: number, operator: '>' | '<' | '>=' | '<='): boolean {
  switch (operator) {
    case '>':
      return order > 0
    case '<':
      return order < 0
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
  }
}
