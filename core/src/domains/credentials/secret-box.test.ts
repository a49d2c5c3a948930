import { expect, it } from 'vitest'
import { createSecretBox } from './secret-box.ts'

const [OLD, NEW] = ['old', 'new'].map((seed) => Buffer.alloc(32, seed).toString('base64')) as [string, string]

it('opens what it has sealed, with a new nonce for each seal', () => {
  const box = createSecretBox([OLD])
  const sealed = box.seal('hunter22', 'a')
  expect(box.open(sealed, 'a')).toBe('hunter22')
  expect(Buffer.from(sealed.bytes).toString('latin1')).not.toContain('hunter22')
  expect(box.seal('hunter22', 'a').bytes).not.toEqual(sealed.bytes)
})

it('seals with the first key and opens with any key', () => {
  const sealed = createSecretBox([OLD]).seal('hunter22', 'a')
  expect(createSecretBox([NEW, OLD]).open(sealed, 'a')).toBe('hunter22')
  expect(createSecretBox([NEW, OLD]).seal('x', 'a').keyId).toBe(createSecretBox([NEW]).seal('x', 'a').keyId)
})

it.each(['context', 'key', 'byte'])('rejects a sealed value with another %s', (what) => {
  const { keyId, bytes } = createSecretBox([OLD]).seal('hunter22', 'a')
  const sealed = { keyId, bytes: Buffer.from(bytes) }
  if (what === 'byte') sealed.bytes.writeUInt8(sealed.bytes.readUInt8(36) ^ 1, 36)
  const box = createSecretBox([what === 'key' ? NEW : OLD])
  expect(() => box.open(sealed, what === 'context' ? 'b' : 'a')).toThrow(
    expect.objectContaining({ code: 'CREDENTIAL_UNREADABLE' }),
  )
})

it('does not seal without a key', () => {
  expect(() => createSecretBox([]).seal('x', 'a')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
})
