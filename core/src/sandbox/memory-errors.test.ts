import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

describe('a block whose allocation fails', () => {
  it.each([
    ['for a buffer', `new Uint8Array(1e9)`],
    ['for the bytes of Base64', `const text = 'AAAA'.repeat(2e7); [Uint8Array.fromBase64(text), Uint8Array.fromBase64(text)]`],
    ['for the bytes of atob', `const text = 'AAAA'.repeat(4e7); atob(text)`],
    ['for a text', `'x'.repeat(2 ** 29)`],
  ])('%s fails with a message that names the cause', async (_, code) => {
    await expect(guest.evaluate(code)).rejects.toThrow(
      /^(too little memory for a value \(.*memoryMb|used more than \d+ MB of memory)/,
    )
  })

  it('fails with the message of the engine for an invalid length', async () => {
    await expect(guest.evaluate(`new Array(-1)`)).rejects.toThrow(/^Invalid array length$/)
  })
})
