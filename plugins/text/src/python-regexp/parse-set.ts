import type { Source } from './source.ts'
import { PatternError, type CharacterSet, type CodeRange, type Flags, type Node } from './tree.ts'

const everything = { type: 'set', isNegated: false, classes: [], ignoreCase: false, ascii: false } as const
export const anyCharacter: CharacterSet = { ...everything, ranges: [[0, 0x10ffff]] }
export const anyButLineFeed: CharacterSet = { ...everything, ranges: [[10, 10]], isNegated: true }

export function literal({ ignoreCase, ascii }: Flags, point: number): CharacterSet {
  return { type: 'set', isNegated: false, ranges: [[point, point]], classes: [], ignoreCase, ascii }
}

/** Parses an escape outside brackets, after the backslash. @returns the number of a referenced group, or a node */
export function parseEscape(source: Source, flags: Flags, at: number): Node | number {
  const { ascii } = flags
  const letter = source.peek()
  const kind = ANCHORS.get(letter ?? '')
  if (kind) {
    source.next()
    return { type: 'anchor', kind, ascii }
  }
  const number = source.match(/[1-9]\d?/y)?.[0]
  if (number === undefined) return toSet(parseShared(source, at), flags)
  const isOctal = /^[0-7]{2}$/.test(number) && /^[0-7]$/.test(source.peek() ?? '')
  return isOctal ? literal(flags, octal(source, number + (source.next() ?? ''), at)) : Number(number)
}

const ANCHORS = new Map([
  ['A', 'start'],
  ['Z', 'end'],
  ['b', 'boundary'],
  ['B', 'noBoundary'],
] as const) as ReadonlyMap<string, 'start' | 'end' | 'boundary' | 'noBoundary'>

/** Parses a class in square brackets, after the opening bracket. */
export function parseSet(source: Source, { ignoreCase, ascii }: Flags, at: number): CharacterSet {
  const isNegated = source.skip('^')
  const ranges: CodeRange[] = []
  const classes: string[] = []
  const add = (member: number | string) => (typeof member === 'number' ? ranges.push([member, member]) : classes.push(member))
  for (let isFirst = true; ; isFirst = false) {
    if (!isFirst && source.skip(']')) return { type: 'set', isNegated, ranges, classes, ignoreCase, ascii }
    const memberAt = source.at
    const first = parseMember(source, at)
    const isRange = source.peek() === '-' && source.peek(1) !== ']'
    if (!isRange) add(first)
    else {
      source.next()
      const last = parseMember(source, at)
      if (typeof first !== 'number' || typeof last !== 'number' || last < first) source.fail('bad character range', memberAt)
      else ranges.push([first, last])
    }
  }
}

/** @returns a code point, or the letter of a class */
function parseMember(source: Source, setAt: number): number | string {
  const at = source.at
  const character = source.next()
  if (character === undefined) return source.fail('unterminated character set', setAt)
  if (character !== '\\') return character.codePointAt(0) ?? 0
  if (source.skip('b')) return 8
  const number = source.match(/[1-7][0-7]{0,2}/y)?.[0]
  return number === undefined ? parseShared(source, at) : octal(source, number, at)
}

/** Parses an escape that has the same meaning inside and outside brackets. */
function parseShared(source: Source, at: number): number | string {
  const letter = source.next()
  if (letter === undefined) return source.fail('bad escape (end of pattern)', at)
  if ('dDsSwW'.includes(letter)) return letter
  if (letter === '0') return octal(source, source.match(/[0-7]{0,2}/y)?.[0] ?? '', at)
  if (letter === 'N') throw new PatternError('unsupported', 'a character name "\\N{…}" is not supported', at)
  const digits = HEX_DIGITS.get(letter)
  if (digits !== undefined) return hex(source, digits, at)
  const control = CONTROLS.get(letter)
  if (control !== undefined) return control
  if (/^[a-zA-Z1-9]$/.test(letter)) return source.fail(`bad escape \\${letter}`, at)
  return letter.codePointAt(0) ?? 0
}

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
])

const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

function hex(source: Source, digits: number, at: number): number {
  const text = source.match(new RegExp(`[0-9a-fA-F]{${digits}}`, 'y'))?.[0]
  const point = text === undefined ? Infinity : Number.parseInt(text, 16)
  return point > 0x10ffff ? source.fail('incomplete escape', at) : point
}

function octal(source: Source, digits: string, at: number): number {
  const point = Number.parseInt(digits, 8) || 0
  if (point > 0o377) source.fail(`octal escape value \\${digits} outside of range 0-0o377`, at)
  return point
}

function toSet(member: number | string, flags: Flags): CharacterSet {
  if (typeof member === 'number') return literal(flags, member)
  return { type: 'set', isNegated: false, ranges: [], classes: [member], ignoreCase: flags.ignoreCase, ascii: flags.ascii }
}
