import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

interface Suggested {
  block: string
  pin: string
  path: string
  isConverted: boolean
}

function suggest(block: string, pin: string, first = 10_000): Suggested[] {
  const orderBy = { field: 'RELEVANCE', direction: 'DESC' } as const
  const { items } = runtime.catalogue.suggestBlocks({ block, pin }, { first, orderBy, filter: {}, countTotal: false })
  return items.map(({ item: { block: found, ...item } }) => {
    return { block: found.qualifiedName, pin: item.pin, path: item.path, isConverted: item.isConverted }
  })
}

const names = (block: string, pin: string, first?: number): string[] => suggest(block, pin, first).map((each) => each.block)

describe('suggestions for a pin', () => {
  it('start with blocks whose pin has the same name and type', () => {
    const pins = suggest('data/parse-csv', 'rows', 40)
    expect(pins.slice(0, 20).every(({ pin }) => pin === 'rows')).toBe(true)
    expect(pins.map(({ block }) => block)).toEqual(expect.arrayContaining(['data/sort', 'data/filter', 'data/write-csv']))
  })

  it.each([
    ['data/parse-csv', 'rows', ['data/filter', 'data/sort', 'data/aggregate']],
    ['web/read-article', 'text', ['ai/summarize', 'text/chunk', 'ai/extract']],
    ['web/read-page', 'html', ['web/read-article', 'web/html-to-text', 'web/select']],
    ['time/current-date', 'date', ['time/format-date', 'time/add-to-date']],
  ])('of %s.%s start with common blocks', (block, pin, expected) => {
    expect(names(block, pin, 5)).toEqual(expect.arrayContaining(expected))
  })

  it.each([
    ['web/read-article', 'text', 'values_#_text'],
    ['web/read-article', 'title', 'values_#_title'],
    ['io/short-text', 'result', 'values_#_result'],
    ['text/split', 'texts_$_0', 'values_#_texts'],
  ])('of the text %s.%s contain templates and dictionaries on their first page, as %s', (block, pin, path) => {
    const page = suggest(block, pin, 20)
    for (const name of ['text/template', 'dictionary/create'])
      expect(page).toContainEqual({ block: name, pin: 'values', path, isConverted: false })
  })

  it('of a dictionary are for the whole dictionary', () => {
    expect(suggest('dictionary/create', 'dictionary').find(({ block }) => block === 'text/template')?.path).toBe('values')
  })

  it('of an output block are for its value', () => {
    expect(suggest('io/short-text', 'result').find(({ block }) => block === 'io/output')?.pin).toBe('value')
  })

  it('contain each block once, with the pin that fits best', () => {
    const all = names('text/split', 'texts')
    expect(new Set(all).size).toBe(all.length)
    expect(suggest('text/split', 'texts').find(({ block }) => block === 'list/get')).toEqual({
      block: 'list/get',
      pin: 'list',
      path: 'list',
      isConverted: false,
    })
  })

  it('prefer blocks that gather a loop only for pins that start one', () => {
    expect(names('loop/for-each', 'item').indexOf('list/collect')).toBeLessThan(5)
    expect(names('text/split', 'texts', 20)).not.toContain('list/collect')
  })

  it('omit conversions that lose the meaning of a value', () => {
    expect(names('text/split', 'texts')).not.toContain('math/round')
    expect(suggest('math/calculate', 'result').find(({ block }) => block === 'text/replace')).toMatchObject({ isConverted: true })
  })

  it('rank a type that matches above any type', () => {
    const all = names('math/calculate', 'result')
    expect(all.indexOf('math/round')).toBeLessThan(all.indexOf('logic/print'))
  })

  it('omit input blocks and notes', () => {
    const all = names('text/split', 'texts')
    expect(all).toContain('io/output')
    expect(all.filter((name) => ['io/input', 'io/note', 'io/graph'].includes(name))).toEqual([])
  })

  it('follow a path into the value', () => {
    expect(suggest('text/split', 'texts_$_0').find(({ block }) => block === 'text/replace')).toMatchObject({
      pin: 'text',
      isConverted: false,
    })
  })

  it('exist for the pin "error" of every block', () => {
    expect(names('http/request', 'error')).toContain('logic/print')
  })

  it.each([
    ['no/block', 'a', ['fromPin', 'block']],
    ['text/split', 'rows', ['fromPin', 'pin']],
  ])('of %s.%s are refused', (block, pin, path) => {
    expect(() => suggest(block, pin)).toThrow(expect.objectContaining({ code: 'NOT_FOUND', details: { path } }) as Error)
  })
})
