import jsep from 'jsep'
import { readField, type Row } from '../../rows/index.ts'
import { FUNCTIONS } from './functions.ts'
import { OPERATORS } from './operators.ts'

/** Computes a value from a row. */
type Expression = (row: Row) => unknown

/** The deepest nesting of an expression. */
const MAX_DEPTH = 100
const MAX_CHARS = 10_000

// Words and precedences as in spreadsheets and SQL. `^` binds tighter than `*`.
jsep.addBinaryOp('or', 1)
jsep.addBinaryOp('and', 2)
jsep.addBinaryOp('&', 8)
jsep.addBinaryOp('^', 12, true)
jsep.addUnaryOp('not')
jsep.removeUnaryOp('~')

/**
 * Compiles an expression such as `round(price * 1.19, 2)`. Names are fields of the row. `field("Unit price")` reads a
 * field whose name is not a word.
 *
 * @throws {Error} when the text is not an expression; the message names the place or the part
 */
export function compileExpression(text: string): Expression {
  if (text.length > MAX_CHARS) throw new Error(`expression must have at most ${MAX_CHARS} characters, got ${text.length}`)
  return compile(parse(text), 0)
}

function parse(text: string): jsep.Expression {
  try {
    return jsep(text)
  } catch (error) {
    throw new Error(`expression must be a formula such as price * 2: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function compile(node: jsep.Expression, depth: number): Expression {
  if (depth > MAX_DEPTH) throw new Error(`expression is nested more than ${MAX_DEPTH} levels deep`)
  const part = node as jsep.CoreExpression
  const inner = (each: jsep.Expression): Expression => compile(each, depth + 1)
  switch (part.type) {
    case 'Literal':
      return () => part.value
    case 'Identifier':
      return (row) => readField(row, part.name)
    case 'UnaryExpression':
      return compileUnary(part.operator, inner(part.argument))
    case 'BinaryExpression':
      return compileBinary(part.operator, inner(part.left), inner(part.right))
    case 'ConditionalExpression':
      return choose(inner(part.test), inner(part.consequent), inner(part.alternate))
    case 'MemberExpression':
      return compileMember(part, inner)
    case 'CallExpression':
      return compileCall(part, inner)
    case 'ArrayExpression':
      return compileList(part, inner)
    case 'Compound':
      throw new Error('expression must be one formula: an operator is missing between two of its parts')
    case 'SequenceExpression':
    case 'ThisExpression':
    default:
      throw new Error(`expression must not contain a ${part.type}`)
  }
}

function compileUnary(operator: string, value: Expression): Expression {
  if (operator === '!' || operator === 'not') return (row) => !isTrue(value(row))
  const multiply = OPERATORS['*']
  if ((operator !== '-' && operator !== '+') || !multiply) throw new Error(`expression must not contain the operator ${operator}`)
  return (row) => multiply(value(row), operator === '-' ? -1 : 1)
}

function compileBinary(operator: string, left: Expression, right: Expression): Expression {
  if (operator === 'and' || operator === '&&') return (row) => isTrue(left(row)) && isTrue(right(row))
  if (operator === 'or' || operator === '||') return (row) => isTrue(left(row)) || isTrue(right(row))
  if (operator === '??') return (row) => left(row) ?? right(row)
  const compute = OPERATORS[operator === '===' ? '==' : operator === '!==' ? '!=' : operator === '**' ? '^' : operator]
  if (!compute)
    throw new Error(
      `expression must not contain the operator ${operator}; there are ${Object.keys(OPERATORS).join(' ')} and or not`,
    )
  return (row) => compute(left(row), right(row))
}

function choose(test: Expression, then: Expression, otherwise: Expression): Expression {
  return (row) => (isTrue(test(row)) ? then(row) : otherwise(row))
}

/** `address.city` or `list[0]`: a member of a dictionary or an item of a list. */
function compileMember(
  { object, property, computed }: jsep.MemberExpression,
  inner: (part: jsep.Expression) => Expression,
): Expression {
  const whole = inner(object)
  const name = computed ? inner(property) : (): unknown => property.name
  return (row) => {
    const container = whole(row)
    return typeof container === 'object' && container !== null ? readField(container as Row, String(name(row))) : null
  }
}

function compileList({ elements }: jsep.ArrayExpression, inner: (part: jsep.Expression) => Expression): Expression {
  const items = elements.map((element) => (element ? inner(element) : (): unknown => null))
  return (row) => items.map((item) => item(row))
}

function compileCall(
  { callee, arguments: given }: jsep.CallExpression,
  inner: (part: jsep.Expression) => Expression,
): Expression {
  const name = callee.type === 'Identifier' ? String(callee.name) : ''
  const values = given.map(inner)
  const [first, second, third = (): unknown => null] = values
  if (name.toLowerCase() === 'if' && first && second && values.length <= 3) return choose(first, second, third)
  if (name === 'field' && first && values.length === 1) return (row) => readField(row, String(first(row)))
  const called = Object.hasOwn(FUNCTIONS, name.toLowerCase()) ? FUNCTIONS[name.toLowerCase()] : undefined
  if (!called)
    throw new Error(
      `expression calls ${name === '' ? 'a value' : JSON.stringify(name)}, which is not a function; there are if, field, ${Object.keys(FUNCTIONS).join(', ')}`,
    )
  const [least, most] = called.takes
  if (values.length < least || values.length > most)
    throw new Error(
      `expression: ${name} needs ${least === most ? least : `${least} to ${most}`} ${most === 1 ? 'value' : 'values'}, got ${values.length}`,
    )
  return (row) => called.run(values.map((value) => value(row)))
}

function isTrue(value: unknown): boolean {
  return value !== null && value !== false && value !== 0 && value !== ''
}
