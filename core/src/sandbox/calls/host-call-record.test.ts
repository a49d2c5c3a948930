import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HostCallRecord, RecordSpace } from './host-call-record.ts'

/** A host that records the requests that it performs, and responds when the test calls `answer`. */
class Host {
  readonly performed: string[] = []
  readonly #waiting = new Map<string, (answer: string) => void>()

  ask(record: HostCallRecord, question: string): Promise<string> {
    return record.ask(question, () => {
      this.performed.push(question)
      return new Promise((resolve) => this.#waiting.set(question, resolve))
    })
  }

  answer(question: string, text = `answer to ${question}`): void {
    this.#waiting.get(question)?.(text)
  }

  /** Sends a request and responds to it immediately. */
  async settle(record: HostCallRecord, question: string): Promise<string> {
    const answer = this.ask(record, question)
    this.answer(question)
    return answer
  }
}

const newRecord = (): [HostCallRecord, Host] => [new HostCallRecord(new RecordSpace()), new Host()]
/** Resolves after all callbacks of settled promises. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a call that runs again', () => {
  it('receives the recorded responses to requests, which are not performed again', async () => {
    const [record, host] = newRecord()
    await host.settle(record, 'a')
    await host.settle(record, 'b')
    record.rewind()
    expect(await host.ask(record, 'a')).toBe('answer to a')
    expect(await host.ask(record, 'b')).toBe('answer to b')
    await host.settle(record, 'c')
    expect(host.performed).toEqual(['a', 'b', 'c'])
    expect(record.errorAtEnd).toBeUndefined()
  })

  it('receives the responses to equal requests in their order', async () => {
    const [record] = newRecord()
    let piece = 0
    const read = (): Promise<string> => record.ask('read', () => Promise.resolve(`piece ${++piece}`))
    expect([await read(), await read()]).toEqual(['piece 1', 'piece 2'])
    record.rewind()
    expect([await read(), await read(), await read()]).toEqual(['piece 1', 'piece 2', 'piece 3'])
  })

  it('waits for the response to a pending request of an earlier run', async () => {
    const [record, host] = newRecord()
    void host.ask(record, 'a')
    record.rewind()
    const again = host.ask(record, 'a')
    host.answer('a')
    expect(await again).toBe('answer to a')
    expect(host.performed).toEqual(['a'])
  })

  it('is interrupted when it makes a different request', async () => {
    const [record, host] = newRecord()
    await host.settle(record, 'a')
    record.rewind()
    await expect(host.ask(record, 'other')).rejects.toMatchObject({ code: 'EFFECT_INTERRUPTED' })
    expect(host.performed).toEqual(['a'])
  })

  it('is interrupted when it ends before it has repeated all performed requests', async () => {
    const [record, host] = newRecord()
    await host.settle(record, 'a')
    await host.settle(record, 'b')
    record.rewind()
    await host.ask(record, 'a')
    expect(record.errorAtEnd).toMatchObject({ code: 'EFFECT_INTERRUPTED' })
  })

  it('may repeat concurrent requests in another order, which delays a new request', async () => {
    const [record, host] = newRecord()
    const first = [host.ask(record, 'a1'), host.ask(record, 'b1')]
    host.answer('a1')
    host.answer('b1')
    await Promise.all(first)
    record.rewind()
    expect(await host.ask(record, 'b1')).toBe('answer to b1')
    const next = host.ask(record, 'b2')
    await settled()
    expect(host.performed).toEqual(['a1', 'b1'])
    expect(await host.ask(record, 'a1')).toBe('answer to a1')
    await settled()
    expect(host.performed).toEqual(['a1', 'b1', 'b2'])
    host.answer('b2')
    expect(await next).toBe('answer to b2')
  })

  it('does not perform a request that an earlier run made before it had repeated all others', async () => {
    const [record, host] = newRecord()
    const first = [host.ask(record, 'a'), host.ask(record, 'b')]
    for (const question of ['a', 'b']) host.answer(question)
    await Promise.all(first)
    record.rewind()
    await host.ask(record, 'b')
    void host.ask(record, 'only the second run')
    record.rewind()
    await host.ask(record, 'a')
    await host.ask(record, 'b')
    await settled()
    expect(host.performed).toEqual(['a', 'b'])
  })
})

/**
 * Runs a block whose branches send requests concurrently, one after the other in each branch. The block is lost each
 * time the number of responses reaches the next element of `losses`, and runs again. `order` determines the order of
 * the responses.
 */
async function runWithLosses(branches: readonly number[], losses: readonly number[], order: readonly number[]): Promise<void> {
  const [record, performed] = [new HostCallRecord(new RecordSpace()), [] as string[]]
  const waiting: (() => void)[] = []
  let answered = 0
  const perform = (question: string) => (): Promise<string> => {
    performed.push(question)
    return new Promise((resolve) => waiting.push(() => resolve(`answer to ${question}`)))
  }
  const branch = async (name: number, questions: number, ofRun: number): Promise<void> => {
    for (let i = 0; i < questions && ofRun === runs; i++) {
      const question = `${name}.${i}`
      expect(await record.ask(question, perform(question))).toBe(`answer to ${question}`)
    }
  }
  let runs = 0
  const run = (): Promise<unknown> => {
    runs++ // stops the previous run
    return Promise.all(branches.map((questions, name) => branch(name, questions, runs)))
  }
  const lost = [...losses]
  let end = run()
  for (let turn = 0; turn < 200; turn++) {
    await settled()
    if (lost[0] !== undefined && answered >= lost[0]) {
      lost.shift()
      record.rewind()
      end = run()
    } else if (waiting.length > 0) {
      waiting.splice((order[turn % order.length] ?? 0) % waiting.length, 1)[0]?.()
      answered++
    }
  }
  await end
  expect(record.errorAtEnd).toBeUndefined()
  const questions = branches.flatMap((count, name) => Array.from({ length: count }, (_, i) => `${name}.${i}`))
  expect(performed.toSorted()).toEqual(questions.toSorted())
}

it('performs each request once and returns each branch its responses, however often the block is lost', async () => {
  const small = (max: number) => fc.integer({ min: 0, max })
  await fc.assert(
    fc.asyncProperty(
      fc.array(small(5), { minLength: 1, maxLength: 4 }),
      fc.array(small(15), { maxLength: 4 }),
      fc.array(small(9), { minLength: 1, maxLength: 10 }),
      runWithLosses,
    ),
    { numRuns: 200 },
  )
})

describe('the record', () => {
  const LONG = 'x'.repeat(3 * 1024 * 1024)

  it('has a limit per call, above which the call cannot run again', async () => {
    const [record, host] = newRecord()
    for (const question of ['a', 'b']) {
      const asked = host.ask(record, question)
      host.answer(question, LONG)
      expect(await asked).toBe(LONG)
      expect(record.isComplete).toBe(question === 'a')
    }
  })

  it('has a limit for all calls together, whose space is freed when they end', async () => {
    const space = new RecordSpace()
    const fill = async (): Promise<HostCallRecord> => {
      const record = new HostCallRecord(space)
      await record.ask('a', () => Promise.resolve(LONG))
      return record
    }
    const records = await Promise.all(Array.from({ length: 22 }, fill))
    expect(records.filter(({ isComplete }) => isComplete).length).toBe(21)
    for (const record of records) record.end()
    expect((await fill()).isComplete).toBe(true)
  })

  it('passes a late response to the current run even if it is too long to record', async () => {
    const [record, host] = newRecord()
    const first = [host.ask(record, 'a'), host.ask(record, 'b')]
    host.answer('a', LONG)
    await first[0]
    record.rewind()
    host.answer('b', LONG)
    expect(await host.ask(record, 'a')).toBe(LONG)
    expect(await host.ask(record, 'b')).toBe(LONG)
    expect(host.performed).toEqual(['a', 'b'])
    expect(record.isComplete).toBe(false)
  })
})
