import { Lru, showValue } from '@ashlar/core'
import { RejectedToken } from './rejected-token.ts'

/** A token whose signature has not been verified. */
export interface UnverifiedToken {
  alg: string
  issuer: string
}

const MAX_BYTES = 8192
const MAX_HEADERS = 100

/** The unused bits of the last character must be zero. Otherwise different texts would be the same token. */
const BASE64URL = /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/

/** The values of `typ` of access tokens and ID tokens. Others are not meant to authenticate, such as `logout+jwt`. */
const TYPES = new Set(['jwt', 'at+jwt'])

/** Whether the text has the form of a JWT: three parts of base64url. Keys of this installation contain no dot. */
export function isJwt(text: string): boolean {
  return /^[\w-]*\.[\w-]*\.[\w-]*$/.test(text)
}

/**
 * Reads what is needed to find the keys of a token. Rejects what the standards permit but no issuer needs, so that
 * there is one way to read a token.
 *
 * @throws {RejectedToken}
 */
export function readToken(token: string): UnverifiedToken {
  if (token.length > MAX_BYTES) throw new RejectedToken(`it has more than ${MAX_BYTES} bytes`)
  const parts = token.split('.')
  const [header, claims] = parts
  if (header === undefined || claims === undefined || parts.length !== 3) throw new RejectedToken('it does not have three parts')
  if (!parts.every((part) => BASE64URL.test(part))) throw new RejectedToken('it is not encoded as base64url')
  const alg = readAlgorithm(header)
  if (parts[2] === '') throw new RejectedToken('it is not signed')
  const { iss } = parseObject(claims, 'claims')
  if (typeof iss !== 'string') throw new RejectedToken('it has no issuer')
  return { alg, issuer: iss }
}

/** All tokens that are signed with one key have the same header. */
const algorithms = new Lru<string, string>(MAX_HEADERS)

function readAlgorithm(header: string): string {
  const known = algorithms.get(header)
  if (known !== undefined) return known
  const { alg, typ, cty, crit, b64 } = parseObject(header, 'header')
  if (typeof alg !== 'string' || alg.toLowerCase() === 'none') throw new RejectedToken('it is not signed')
  if (crit !== undefined || b64 !== undefined) throw new RejectedToken('its header requires an extension ("crit")')
  if (cty !== undefined) throw new RejectedToken('its header has a content type, as a nested token has')
  if (typ !== undefined && !(typeof typ === 'string' && TYPES.has(typ.toLowerCase().replace(/^application\//, ''))))
    throw new RejectedToken(`its type is ${showValue(typ)}`)
  algorithms.set(header, alg)
  return alg
}

function parseObject(part: string, name: string): Record<string, unknown> {
  const text = Buffer.from(part, 'base64url').toString()
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RejectedToken(`its ${name} is not a JSON object`)
  if (Object.keys(value).length !== countMembers(text)) throw new RejectedToken(`its ${name} has a duplicate member`)
  return value as Record<string, unknown>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a]
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

/** Counts the members of a JSON object, duplicates included. */
function countMembers(json: string): number {
  let [depth, members] = [0, 0]
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at)
    if (character === QUOTE) at = findEnd(json, at + 1)
    else if (OPENING.has(character)) depth++
    else if (CLOSING.has(character)) depth--
    else if (character === COLON && depth === 1) members++
  }
  return members
}

/** Returns the index of the quote that ends a string. */
function findEnd(json: string, start: number): number {
  let at = start
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}
