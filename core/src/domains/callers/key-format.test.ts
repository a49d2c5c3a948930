import { expect, it } from 'vitest'
import { createKey, isPlausibleKey, keyPrefix } from './key-format.ts'

it('creates keys that differ, have a shape that secret scanners find, and pass the check', () => {
  const keys = Array.from({ length: 100 }, createKey)
  expect(new Set(keys).size).toBe(100)
  for (const key of keys) {
    expect(key).toMatch(/^ash_[0-9A-Za-z]{36}$/)
    expect(isPlausibleKey(key)).toBe(true)
    expect(keyPrefix(key)).toBe(key.slice(0, 8))
  }
})

it('detects each changed character', () => {
  const key = createKey()
  for (let i = 4; i < key.length; i++) {
    const changed = `${key.slice(0, i)}${key[i] === 'x' ? 'y' : 'x'}${key.slice(i + 1)}`
    expect(isPlausibleKey(changed)).toBe(false)
  }
})

it.each(['ash_', 'ash_short', `${createKey()}0`, `ash_${'é'.repeat(36)}`])('rejects %s', (text) => {
  expect(isPlausibleKey(text)).toBe(false)
})

it('says nothing about keys of another format, such as the owner key', () => {
  expect(isPlausibleKey('owner-key-of-the-installation')).toBe(true)
})

it('has the checksum of the CRC-32 of the 30 random characters, in base 62', () => {
  expect(isPlausibleKey(`ash_${'0'.repeat(30)}${toBase62(crcOfZeros)}`)).toBe(true)
})

/** CRC-32 of 30 characters `0`. Computed with another program (Python, `zlib.crc32`). */
const crcOfZeros = 2011552642

function toBase62(value: number): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) text = `${digits[rest % 62]}${text}`
  return text.padStart(6, '0')
}
