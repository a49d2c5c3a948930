import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

async function search(query: string): Promise<string[]> {
  const orderBy = { field: 'RELEVANCE', direction: 'DESC' } as const
  const { items } = await runtime.catalogue.searchBlocks(query, { first: 100, orderBy, filter: {}, countTotal: false })
  return items.map(({ item }) => item.qualifiedName)
}

describe('a search', () => {
  it.each([
    ['loop', 'loop/for-each'],
    ['for each', 'loop/for-each'],
    ['for each', 'logic/step-through'],
    ['forEach', 'loop/for-each'],
    ['FOR-EACH', 'loop/for-each'],
    ['loops', 'loop/for-each'],
    ['iterate over items', 'logic/step-through'],
    ['step through', 'logic/step-through'],
    ['collect', 'list/collect'],
    ['merge', 'logic/merge'],
    ['merge', 'list/concatenate'],
    ['reduce', 'list/reduce'],
    ['accumulator', 'list/reduce'],
    ['batch', 'loop/batches'],
    ['chunk', 'loop/batches'],
    ['repeat', 'loop/repeat'],
    ['try catch', 'loop/try'],
    ['zip', 'loop/zip'],
    ['zip', 'list/zip'],
    ['cartesian', 'loop/cross'],
    ['cartesian product', 'loop/cross'],
    ['first error', 'list/first'],
    ['while', 'loop/while'],
    ['repeat until', 'loop/while'],
    ['pagination', 'http/pages'],
    ['pagination', 'loop/next-page'],
    ['next page', 'loop/next-page'],
    ['coalesce', 'logic/merge'],
    ['end loop', 'list/collect'],
    ['gather', 'list/collect'],
    ['append to file', 'files/collect'],
    ['if', 'logic/condition'],
    ['if else', 'logic/condition'],
    ['switch', 'logic/condition'],
    ['router', 'logic/condition'],
    ['set', 'logic/store-value'],
    ['variable', 'logic/store-value'],
    ['http', 'http/request'],
    ['http request', 'http/request'],
    ['api call', 'http/request'],
    ['fetch url', 'http/request'],
    ['curl', 'http/request'],
    ['bearer token', 'http/authenticated-request'],
    ['regex', 'text/extract'],
    ['regular expression', 'text/match'],
    ['split', 'text/split'],
    ['join', 'text/combine'],
    ['concatenate', 'list/concatenate'],
    ['find and replace', 'text/replace'],
    ['wait', 'time/countdown'],
    ['wait', 'time/wait'],
    ['delay', 'time/countdown'],
    ['delay', 'time/wait'],
    ['sleep', 'time/countdown'],
    ['csv', 'data/parse-csv'],
    ['excel', 'spreadsheet/read'],
    ['parse json', 'data/parse-json'],
    ['parce json', 'data/parse-json'],
    ['stringify', 'data/write-json'],
    ['group by', 'data/group'],
    ['pivot table', 'data/pivot'],
    ['average', 'math/statistics'],
    ['calculator', 'math/calculate'],
    ['download file', 'files/store'],
    ['save file', 'files/write'],
    ['sub workflow', 'io/graph'],
    ['comment', 'io/note'],
    ['sticky note', 'io/note'],
    ['debug', 'logic/print'],
    ['today', 'time/current-date'],
    ['now', 'time/current-date-time'],
    ['format date', 'time/format-date'],
    ['dates between', 'time/date-difference'],
    ['type cast', 'logic/convert'],
    ['convert string to integer', 'logic/convert'],
    ['key value store', 'storage/persist'],
    ['prompt template', 'text/template'],
    ['tempalte', 'text/template'],
    ['webhook', 'http/request'],
    ['checkbox', 'io/toggle'],
    ['llm', 'text/code-extract'],
    ['javascript', 'text/code-extract'],
    ['xlsx', 'spreadsheet/write'],
    ['pdf', 'pdf/text'],
    ['yaml', 'formats/parse-yaml'],
    ['toml', 'formats/write-toml'],
    ['ical', 'formats/parse-ics'],
    ['calendar invite', 'formats/write-ics'],
    ['vcard', 'formats/parse-vcard'],
    ['sql', 'sql/query'],
    ['vlookup', 'data/lookup'],
    ['left join', 'data/join'],
    ['union', 'data/append'],
    ['remove duplicates', 'data/deduplicate'],
    ['running total', 'data/window'],
    ['rename columns', 'data/rename'],
    ['formula', 'data/compute'],
    ['fill missing', 'data/fill'],
    ['text to columns', 'data/split-column'],
    ['unzip', 'archive/extract'],
    ['jsonpath', 'json/jsonpath'],
    ['jmespath', 'json/jmespath'],
    ['jsonata', 'json/jsonata'],
    ['json schema', 'json/validate'],
    ['json diff', 'json/diff'],
    ['jsonl', 'data/parse-json-lines'],
    ['json to xml', 'data/write-xml'],
    ['correlation', 'data/correlate'],
    ['compare datasets', 'data/compare'],
    ['text/replace', 'text/replace'],
    ['index of', 'list/find'],
  ])('for %j finds %s among the first three', async (query, name) => {
    expect((await search(query)).slice(0, 3)).toContain(name)
  })

  it.each([
    ['loop', 'loop/for-each'],
    ['for each', 'loop/for-each'],
    ['collect', 'list/collect'],
    ['merge', 'logic/merge'],
    ['reduce', 'list/reduce'],
    ['while', 'loop/while'],
    ['batch', 'loop/batches'],
    ['try catch', 'loop/try'],
    ['cartesian', 'loop/cross'],
    ['wait', 'time/wait'],
  ])('for %j finds %s first', async (query, name) => {
    expect((await search(query))[0]).toBe(name)
  })

  it.each(['', '   ', '!?', 'email', 'send email', 'blockchain oracle'])('for %j finds nothing', async (query) => {
    expect(await search(query)).toEqual([])
  })

  it('rejects a query of more than 200 characters', async () => {
    await expect(search('x'.repeat(201))).rejects.toMatchObject({ code: 'BAD_INPUT', details: { path: ['query'] } })
  })
})
