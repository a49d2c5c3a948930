import { print, toValue, type Filter, type RuntimeValue } from './values.ts'

const DIRECTIVE = /%(?:\((\w+)\))?([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g

interface Directive {
  flags: string
  width: number
  precision: number | undefined
  conversion: string
}

/** The operator `%` of Python: `'%.2f' | format(x)`, `'%(name)s' | format(name=x)`. */
export const format: Filter = (value, { list, named }) => {
  let next = 0
  return print(value).replace(DIRECTIVE, (_all, name?: string, flags = '', width = '0', precision?: string, conversion = '') => {
    if (conversion === '%') return '%'
    const given = name === undefined ? list[next++] : named.get(name)
    if (!given) throw new Error(`the filter format has no value for ${name === undefined ? `directive ${next}` : `"${name}"`}`)
    return write(given, {
      flags,
      width: Number(width),
      precision: precision === undefined ? undefined : Number(precision),
      conversion,
    })
  })
}

function write(value: RuntimeValue, directive: Directive): string {
  const { flags, width, conversion } = directive
  const text = conversion === 's' || conversion === 'r' ? cut(toText(value, conversion), directive) : number(value, directive)
  const missing = width - Array.from(text).length
  if (missing <= 0) return text
  if (flags.includes('-')) return text + ' '.repeat(missing)
  if (!flags.includes('0') || conversion === 's') return ' '.repeat(missing) + text
  return text.replace(/^([-+ ]?(?:0x)?)/i, `$1${'0'.repeat(missing)}`)
}

function toText(value: RuntimeValue, conversion: string): string {
  const plain = toValue(value)
  return conversion === 'r' && typeof plain === 'string' ? `'${plain.replaceAll("'", "\\'")}'` : print(value)
}

function cut(text: string, { precision }: Directive): string {
  return precision === undefined ? text : Array.from(text).slice(0, precision).join('')
}

function number(value: RuntimeValue, directive: Directive): string {
  const { flags, conversion } = directive
  const plain = toValue(value)
  if (conversion === 'c') return typeof plain === 'number' ? String.fromCodePoint(plain) : String(plain)
  const given = typeof plain === 'bigint' ? plain : Number(plain)
  if (typeof plain === 'string' || Number.isNaN(given))
    throw new Error(`the filter format needs a number for %${conversion}, got ${print(value)}`)
  const convert = CONVERSIONS[conversion]
  if (!convert) throw new Error(`the filter format does not know %${conversion}`)
  const text = convert(given < 0 ? -given : given, directive)
  return (given < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + text
}

type Convert = (value: number | bigint, directive: Directive) => string

const integer: Convert = (value) => String(typeof value === 'bigint' ? value : BigInt(Math.trunc(value)))
const fixed: Convert = (value, { precision = 6 }) => Number(value).toFixed(precision)
const exponent: Convert = (value, { precision = 6 }) => twoDigits(Number(value).toExponential(precision))
const inBase =
  (base: number, prefix: string): Convert =>
  (value, { flags }) =>
    (flags.includes('#') ? prefix : '') + BigInt(typeof value === 'bigint' ? value : Math.trunc(value)).toString(base)
const general: Convert = (value, { precision = 6, flags }) => {
  const digits = Math.max(1, precision)
  const power = Number(value) === 0 ? 0 : Math.floor(Math.log10(Number(Number(value).toPrecision(digits))))
  const isShort = power >= -4 && power < digits
  const text = isShort ? Number(value).toFixed(digits - 1 - power) : Number(value).toExponential(digits - 1)
  return twoDigits(flags.includes('#') ? text : text.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, ''))
}

const CONVERSIONS: Record<string, Convert> = {
  d: integer,
  i: integer,
  u: integer,
  f: fixed,
  F: fixed,
  e: exponent,
  E: (value, directive) => exponent(value, directive).toUpperCase(),
  g: general,
  G: (value, directive) => general(value, directive).toUpperCase(),
  x: inBase(16, '0x'),
  X: (value, directive) => inBase(16, '0x')(value, directive).toUpperCase(),
  o: inBase(8, '0o'),
}

/** Python writes at least two digits of an exponent. */
function twoDigits(text: string): string {
  return text.replace(/e([-+])(\d)$/, 'e$10$2')
}
