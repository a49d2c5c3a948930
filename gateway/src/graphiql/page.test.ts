import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildSchema } from '@ashlar/schema'
import { getVariableValues, Kind, parse, validate } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { graphiqlPage, graphiqlRoutes } from './index.ts'

const BASE = 'http://127.0.0.1:4000'

let response: Response
let html: string
beforeAll(async () => {
  response = await graphiqlPage('cd "<a>" && ashlar login')(new Request(`${BASE}/graphql`), new URL(`${BASE}/graphql`))
  html = await response.text()
})

function answer(url: string): Promise<Response> {
  const { pathname } = new URL(url, BASE)
  const route = graphiqlRoutes.get(pathname)
  if (!route) throw new Error(`no route for ${pathname}`)
  return Promise.resolve(route(new Request(new URL(url, BASE)), new URL(url, BASE)))
}

describe('the page', () => {
  it('loads files from this server only', () => {
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expect([...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url?.split('?', 1)[0])).toEqual([
      'data:,',
      '/graphiql/graphiql.css',
      '/graphiql/page.css',
      '/graphiql/graphiql.js',
      '/graphiql/page.js',
    ])
  })

  it('serves every file that it loads', async () => {
    const urls = [...html.matchAll(/\/graphiql\/[\w-]+\.(?:js|css)\?[\w-]{16}/g)].map(([url]) => url)
    expect(urls).toHaveLength(7)
    for (const url of urls) {
      const asset = await answer(url)
      expect(asset.headers.get('content-type')).toMatch(/^text\/(javascript|css); charset=utf-8$/)
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect((await asset.text()).length).toBeGreaterThan(100)
    }
  })

  it('shows the login command and a logout button', () => {
    expect(html).toContain('You are not logged in')
    expect(html).toContain('<pre><code>cd &#34;&#60;a&#62;&#34; &#38;&#38; ashlar login</code></pre>')
    expect(html).toContain('<button id="logout" type="button">Log out</button>')
  })
})

describe('an example operation', async () => {
  const folder = fileURLToPath(new URL('operations/', import.meta.url))
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql'))

  it.each(names)('%s and its variables are valid for the schema', async (name) => {
    const document = parse(await readFile(folder + name, 'utf8'))
    expect(validate(buildSchema(), document)).toEqual([])
    const [operation] = document.definitions
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the file must start with an operation')
    const definitions = operation.variableDefinitions ?? []
    if (definitions.length === 0) return
    const variables = JSON.parse(await readFile(folder + name.replace('.graphql', '.json'), 'utf8')) as Record<string, unknown>
    expect(Object.keys(variables)).toEqual(definitions.map(({ variable }) => variable.name.value))
    expect(getVariableValues(buildSchema(), definitions, variables)).not.toHaveProperty('errors')
  })

  it('has its own tab, in order', () => {
    const options = JSON.parse(/<script type="application\/json" id="options">(.*?)<\/script>/s.exec(html)?.[1] ?? '') as {
      defaultTabs: { query: string; variables: string }[]
    }
    expect(options.defaultTabs.map(({ query }) => /(?:mutation|query|subscription) (\w+)/.exec(query)?.[1])).toEqual([
      'CreateHello',
      'RunGraph',
      'WatchExecution',
      'LookAround',
      'KeepSecret',
      'Plugins',
    ])
    expect(options.defaultTabs[1]?.variables).toContain('"newest"')
  })
})
