import { expect, it } from 'vitest'
import { createRejectionLog } from './rejection-log.ts'

it('logs 20 rejections a minute, and then the number of the others', () => {
  const lines: string[] = []
  let now = 0
  const log = createRejectionLog({ info: (line) => void lines.push(line), error: () => undefined }, () => now)
  for (let i = 0; i < 25; i++) log('1.2.3.4', 'it expired')
  expect(lines).toEqual(Array.from({ length: 20 }, () => '1.2.3.4: a token was rejected: it expired'))
  now = 60_000
  log('5.6.7.8', 'it is not signed')
  expect(lines.slice(20)).toEqual(['5 more tokens were rejected', '5.6.7.8: a token was rejected: it is not signed'])
})
