import { expect, it } from 'vitest'
import { loadFailure } from './call-errors.ts'

it('keeps the beginning of a message that the code of a plugin has made very long', () => {
  const { code, message } = loadFailure(`fetch is not defined\n${'x'.repeat(1e6)}`)
  expect(code).toBe('PLUGIN_LOAD_FAILED')
  expect(message).toMatch(/^fetch is not defined in a sandbox: /)
  expect(message.length).toBeLessThan(5000)
})
