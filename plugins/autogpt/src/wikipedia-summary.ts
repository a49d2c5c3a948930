import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const SUMMARY = 'https://en.wikipedia.org/api/rest_v1/page/summary'

/** The field of the answer that the block uses. */
const answer = z.object({ extract: z.string() })

export const wikipediaSummary = defineBlock({
  id: 'f5b0f5d0-1862-4d61-94be-3ad0fa772760',
  name: 'wikipedia-summary',
  description: 'Get the summary of a topic from the English Wikipedia.',
  category: 'WEB',
  icon: 'book-open',
  synonyms: ['wikipedia', 'get wikipedia summary', 'encyclopedia', 'wiki', 'search', 'look up', 'facts'],
  capabilities: { http: ['GET en.wikipedia.org/api/rest_v1/page/summary/*'] },
  onCrash: 'retry',
  input: z.object({
    topic: z
      .string()
      .min(1)
      .meta({ title: 'Topic', description: 'The title of the article.', examples: ['Ada Lovelace'] }),
  }),
  output: z.object({
    summary: z.string().meta({ title: 'Summary', description: 'The first paragraph of the article, as text.' }),
  }),
  tests: [
    {
      input: { topic: 'Ada Lovelace' },
      http: {
        [`GET ${SUMMARY}/Ada%20Lovelace`]: { json: { title: 'Ada Lovelace', extract: 'Ada Lovelace was a mathematician.' } },
      },
      output: [['summary', 'Ada Lovelace was a mathematician.']],
    },
    {
      name: 'follows the redirect to the title of the article',
      input: { topic: 'ada lovelace' },
      http: {
        [`GET ${SUMMARY}/ada%20lovelace`]: { status: 302, headers: { location: 'Ada_Lovelace' } },
        [`GET ${SUMMARY}/Ada_Lovelace`]: { json: { extract: 'Ada.' } },
      },
      output: [['summary', 'Ada.']],
    },
    {
      name: 'an unknown topic',
      input: { topic: 'Nothing' },
      http: { [`GET ${SUMMARY}/Nothing`]: { status: 404, json: { type: 'not_found' } } },
      output: [['error', 'Wikipedia has no article "Nothing"']],
    },
    {
      name: 'a failure of the service',
      input: { topic: 'Ada' },
      http: { [`GET ${SUMMARY}/Ada`]: { status: 503 } },
      output: [['error', 'Wikipedia responded with status 503']],
    },
  ],
  async *run({ topic }, { fetch, signal }) {
    const response = await fetch(`${SUMMARY}/${encodeURIComponent(topic)}`, { signal, headers: { accept: 'application/json' } })
    if (response.status === 404) throw new Error(`Wikipedia has no article ${JSON.stringify(topic.slice(0, 100))}`)
    if (!response.ok) throw new Error(`Wikipedia responded with status ${response.status}`)
    yield ['summary', answer.parse(await response.json()).extract]
  },
})
