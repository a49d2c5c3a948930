import { expect, it } from 'vitest'
import { Turns } from './turns.ts'

/** Works for longer than a slice. */
function work(): void {
  for (const end = performance.now() + 12; performance.now() < end;);
}

it('lets the first part continue immediately', () => {
  expect(new Turns().wait()).toBeUndefined()
})

it('lets other work run between parts that wait at the same time, and keeps their order', async () => {
  const turns = new Turns()
  void turns.wait()
  work()
  const log: string[] = []
  let isOver = false
  const other = (): void => {
    log.push('other')
    if (!isOver) setImmediate(other)
  }
  setImmediate(other)
  await Promise.all(
    ['a', 'b', 'c'].map(async (name) => {
      await turns.wait()
      log.push(name)
      work()
    }),
  )
  isOver = true
  expect(log.filter((each) => each !== 'other')).toEqual(['a', 'b', 'c'])
  expect(log.join(' ')).toMatch(/a( other)+ b( other)+ c/)
})

it('lets all parts of a slice run in one turn of the event loop', async () => {
  const turns = new Turns()
  void turns.wait()
  work()
  let loops = 0
  const counting = setInterval(() => loops++, 0)
  await Promise.all(Array.from({ length: 2000 }, async () => turns.wait()))
  clearInterval(counting)
  expect(loops).toBeLessThan(100)
})

it('runs parts that are started together in several turns', async () => {
  const turns = new Turns()
  let loops = 0
  const counting = setInterval(() => loops++, 0)
  await Promise.all(Array.from({ length: 4 }, () => turns.run(work)))
  clearInterval(counting)
  expect(loops).toBeGreaterThan(1)
})
