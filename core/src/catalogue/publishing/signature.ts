import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { AshlarError } from '../../base/index.ts'

/** The signature that an author sends with a tarball. */
export interface GivenSignature {
  /** Ed25519, 32 bytes as base64. */
  publicKey: string
  /** Ed25519, 64 bytes as base64. */
  signature: string
}

/** A verified signature. */
export interface AuthorSignature extends GivenSignature {
  /** SHA-256 of the public key, hexadecimal. */
  keyId: string
}

/** The facts that are signed. */
interface SignedFacts {
  packageName: string
  version: string
  /** See `digestFiles`. */
  tarballDigest: string
}

/** The text that an author signs. */
function signedText({ packageName, version, tarballDigest }: SignedFacts): string {
  return `ashlar-plugin-v1\n${packageName}\n${version}\n${tarballDigest}`
}

/** Signs a version, for authors. @param privateKey Ed25519 */
export function signFacts(facts: SignedFacts, privateKey: KeyObject): GivenSignature {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  return {
    publicKey: Buffer.from(x, 'base64url').toString('base64'),
    signature: sign(null, Buffer.from(signedText(facts)), privateKey).toString('base64'),
  }
}

/** @throws {AshlarError} SIGNATURE_INVALID */
export function verifySignature(given: GivenSignature, facts: SignedFacts): AuthorSignature {
  const key = parse(given.publicKey, 32, 'publicKey')
  const signature = parse(given.signature, 64, 'signature')
  if (!isSignedBy(key, signature, facts)) {
    const { packageName, version, tarballDigest } = facts
    const message = `the signature by this key is not valid for ${packageName} ${version} with the digest ${tarballDigest}`
    throw signatureError(message, 'signature')
  }
  const keyId = createHash('sha256').update(key).digest('hex')
  return { keyId, publicKey: key.toString('base64'), signature: signature.toString('base64') }
}

function isSignedBy(key: Buffer, signature: Buffer, facts: SignedFacts): boolean {
  try {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') }
    return verify(null, Buffer.from(signedText(facts)), createPublicKey({ key: jwk, format: 'jwk' }), signature)
  } catch {
    return false // the key is not a point of the curve
  }
}

function parse(text: string, bytes: number, name: string): Buffer {
  const parsed = Buffer.from(text, 'base64')
  if (parsed.length !== bytes || parsed.toString('base64') !== text)
    throw signatureError(`"${name}" must be ${bytes} bytes as base64`, name)
  return parsed
}

function signatureError(message: string, name: string): AshlarError {
  return new AshlarError('SIGNATURE_INVALID', message, { details: { path: ['signature', name] } })
}
