import { argument, itemsOf, print, toValue, type Filter } from './values.ts'

/** Cuts a text at a word, if it is longer than the length and the leeway. */
export const truncate: Filter = (value, args) => {
  const characters = Array.from(print(value))
  const length = Number(argument(args, 0, 'length') ?? 255)
  const killsWords = Boolean(argument(args, 1, 'killwords') ?? false)
  const end = String(argument(args, 2, 'end') ?? '...')
  const leeway = Number(argument(args, 3, 'leeway') ?? 5)
  const kept = length - Array.from(end).length
  if (kept < 0) throw new Error(`the filter truncate needs a length of at least ${Array.from(end).length}, got ${length}`)
  if (characters.length <= length + leeway) return characters.join('')
  const cut = characters.slice(0, kept).join('')
  const space = cut.lastIndexOf(' ')
  return (killsWords || space < 0 ? cut : cut.slice(0, space)) + end
}

/** A text as a part of a path. A dictionary or a list of pairs as a query string. */
export const urlencode: Filter = (value) => {
  const plain = toValue(value)
  if (typeof plain !== 'object' || plain === null) return percentEncode(print(value)).replaceAll('%2F', '/')
  const pairs = Array.isArray(plain) ? (plain as unknown[][]) : Object.entries(plain)
  return pairs.map(([key, member]) => `${queryEncode(key)}=${queryEncode(member)}`).join('&')
}

function queryEncode(part: unknown): string {
  return percentEncode(typeof part === 'object' ? JSON.stringify(part) : String(part)).replaceAll('%20', '+')
}

/** Also encodes the characters that Python encodes and JavaScript does not. */
function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Removes comments and tags, and merges white space. */
export const striptags: Filter = (value) => {
  const text = print(value)
    .replace(/<!--.*?-->/gs, '')
    .replace(/<[^>]*>/g, '')
  return unescape(text.trim().split(/\s+/u).join(' '))
}

const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  hellip: '…',
  ndash: '–',
  mdash: '—',
}

function unescape(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (all, decimal?: string, hex?: string, name = '') => {
    const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    if (Number.isNaN(point)) return NAMED[name as string] ?? all
    return point <= 0x10ffff ? String.fromCodePoint(point) : all
  })
}

export const wordcount: Filter = (value) => print(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0

/** Puts a text in the middle of a line. */
export const center: Filter = (value, args) => {
  const text = print(value)
  const missing = Math.max(0, Number(argument(args, 0, 'width') ?? 80) - Array.from(text).length)
  const left = Math.floor(missing / 2)
  return ' '.repeat(left) + text + ' '.repeat(missing - left)
}

/** Splits a list into lists of a number of items. */
export const batch: Filter = (value, args) => {
  const size = Number(argument(args, 0, 'linecount'))
  if (!(size >= 1)) throw new Error('the filter batch needs the number of items of a list, from 1')
  const filler = argument(args, 1, 'fill_with')
  const items = itemsOf(value, 'batch')
  const batches = Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
  const last = batches.at(-1)
  if (last && filler !== undefined && filler !== null) while (last.length < size) last.push(filler)
  return batches
}
