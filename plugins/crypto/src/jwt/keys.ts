import { z } from 'zod'
import { DER, contentOf, readDer, readInside, toNumber, type DerElement } from './der.ts'

export type Curve = 'P-256' | 'P-384' | 'P-521' | 'Ed25519'

/** A key of a signature. `d` is the private part. */
export type Key =
  | { readonly type: 'RSA'; readonly n: bigint; readonly e: bigint; readonly d?: bigint }
  | { readonly type: 'EC'; readonly curve: Curve; readonly point?: Uint8Array; readonly d?: Uint8Array }
  | { readonly type: 'secret'; readonly bytes: Uint8Array }

/**
 * Parses a key: PEM (PKCS #8, PKCS #1, SEC 1 or SPKI), also in one line, or a JSON Web Key as JSON.
 *
 * @throws {Error} when the text is not such a key; the message never contains the key
 */
export function parseKey(text: string): Key {
  const pem = /-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----/s.exec(text)
  if (pem) return parsePem(pem[1] ?? '', (pem[2] ?? '').replaceAll('\\n', '').replace(/\s+/g, ''))
  if (text.trim().startsWith('{')) return parseJwk(JSON.parse(text))
  throw new Error('it must be a PEM key ("-----BEGIN …") or a JSON Web Key')
}

const jwk = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string(), d: z.string().optional() }),
  z.object({
    kty: z.literal('EC'),
    crv: z.enum(['P-256', 'P-384', 'P-521']),
    x: z.string(),
    y: z.string(),
    d: z.string().optional(),
  }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string().optional() }),
  z.object({ kty: z.literal('oct'), k: z.string() }),
])

/** @throws {Error} when the value is not a JSON Web Key of a supported type */
export function parseJwk(value: unknown): Key {
  const { success, data } = jwk.safeParse(value)
  if (!success) throw new Error('it must be a JSON Web Key of the type RSA, EC, OKP (Ed25519) or oct')
  const number = (part: string) => toNumber(decode(part))
  switch (data.kty) {
    case 'RSA':
      return { type: 'RSA', n: number(data.n), e: number(data.e), ...(data.d !== undefined && { d: number(data.d) }) }
    case 'EC': {
      const [x, y] = [decode(data.x), decode(data.y)]
      return {
        type: 'EC',
        curve: data.crv,
        point: Uint8Array.from([4, ...x, ...y]),
        ...(data.d !== undefined && { d: decode(data.d) }),
      }
    }
    case 'OKP':
      return { type: 'EC', curve: 'Ed25519', point: decode(data.x), ...(data.d !== undefined && { d: decode(data.d) }) }
    case 'oct':
      return { type: 'secret', bytes: decode(data.k) }
  }
}

function decode(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: 'base64url' })
}

function parsePem(kind: string, base64: string): Key {
  const elements = readInside(readDer(Uint8Array.fromBase64(base64))[0], DER.sequence)
  switch (kind) {
    case 'PUBLIC KEY':
      return parsePublic(readInside(elements[0], DER.sequence), contentOf(elements[1], DER.bits).subarray(1))
    case 'RSA PUBLIC KEY':
      return parseRsa(elements)
    case 'PRIVATE KEY':
      return parsePrivate(readInside(elements[1], DER.sequence), contentOf(elements[2], DER.octets))
    case 'RSA PRIVATE KEY':
      return parseRsa(elements.slice(1))
    case 'EC PRIVATE KEY':
      return parseSec1(elements)
    default:
      throw new Error(`it must be a public key or a private key without a password, got a PEM block "${kind}"`)
  }
}

const OIDS: Readonly<Record<string, Curve | 'RSA' | 'EC'>> = {
  '2a864886f70d010101': 'RSA',
  '2a8648ce3d0201': 'EC',
  '2a8648ce3d030107': 'P-256',
  '2b81040022': 'P-384',
  '2b81040023': 'P-521',
  '2b6570': 'Ed25519',
}

function readOid(element: DerElement | undefined): Curve | 'RSA' | 'EC' {
  const known = OIDS[contentOf(element, DER.oid).toHex()]
  if (!known) throw new Error('it must be a key for RSA, P-256, P-384, P-521 or Ed25519')
  return known
}

function readCurve(algorithm: readonly DerElement[]): Curve {
  const kind = readOid(algorithm[0])
  const curve = kind === 'EC' ? readOid(algorithm[1]) : kind
  if (curve === 'RSA' || curve === 'EC') throw new Error('it must name its curve')
  return curve
}

function parsePublic(algorithm: readonly DerElement[], bits: Uint8Array): Key {
  if (readOid(algorithm[0]) === 'RSA') return parseRsa(readInside(readDer(bits)[0], DER.sequence))
  return { type: 'EC', curve: readCurve(algorithm), point: bits }
}

function parsePrivate(algorithm: readonly DerElement[], content: Uint8Array): Key {
  if (readOid(algorithm[0]) === 'RSA') return parseRsa(readInside(readDer(content)[0], DER.sequence).slice(1))
  const curve = readCurve(algorithm)
  if (curve === 'Ed25519') return { type: 'EC', curve, d: contentOf(readDer(content)[0], DER.octets) }
  return { type: 'EC', curve, d: contentOf(readInside(readDer(content)[0], DER.sequence)[1], DER.octets) }
}

function parseSec1(elements: readonly DerElement[]): Key {
  const parameters = elements.find(({ tag }) => tag === 0xa0)
  const curve = readCurve([
    { tag: DER.oid, content: Uint8Array.fromHex('2a8648ce3d0201') },
    ...readDer(parameters?.content ?? new Uint8Array()),
  ])
  return { type: 'EC', curve, d: contentOf(elements[1], DER.octets) }
}

/** @param elements n, e and, of a private key, d */
function parseRsa(elements: readonly DerElement[]): Key {
  const [n, e, d] = elements.map((element) => toNumber(contentOf(element, DER.integer)))
  if (n === undefined || e === undefined) throw new Error('the key is incomplete')
  return { type: 'RSA', n, e, ...(d !== undefined && { d }) }
}
