import { expect, it } from 'vitest'
import { isLarge, stringifyInSlices } from './json-slices.ts'

const LONG = 'é"\\\n'.repeat(200_000)
const LARGE = {
  list: [LONG, null, undefined, 1.5, true, [], {}, [LONG]],
  nothing: undefined,
  function: () => 1,
  date: new Date(0),
  'a "key"': { inner: Array.from({ length: 100_000 }, (_, index) => ({ index })) },
  empty: {},
}

it('converts a large value like JSON.stringify', async () => {
  expect(isLarge(LARGE)).toBe(true)
  expect((await stringifyInSlices(LARGE)) === JSON.stringify(LARGE)).toBe(true)
})

it.each([[null], [[]], [{}], ['text'], [[undefined]]])('converts %j', async (value) => {
  expect(await stringifyInSlices(value)).toBe(JSON.stringify(value))
})

it('lets other work run', async () => {
  let turns = 0
  const counting = setInterval(() => turns++, 0)
  await stringifyInSlices(Array(100).fill(LONG.slice(0, 400_000)))
  clearInterval(counting)
  expect(turns).toBeGreaterThan(2)
})
