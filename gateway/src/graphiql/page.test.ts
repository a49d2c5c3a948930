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

/** The URLs of the modules that a module imports. */
async function importsOf(module: Response): Promise<string[]> {
  return [...(await module.text()).matchAll(/ from '\.\/([^']+)'/g)].map(([, name]) => `/graphiql/${name}`)
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
      'login',
      'sign-in',
      '/pages/copy.js',
      '/graphiql/graphiql.js',
      '/graphiql/page.js',
    ])
  })

  it('serves every file that it loads', async () => {
    const urls = [...html.matchAll(/\/graphiql\/[\w-]+\.(?:js|css)\?[\w-]{16}/g)].map(([url]) => url)
    expect(urls).toHaveLength(7)
    for (const url of urls) {
      const asset = await answer(url)
      if (url.startsWith('/graphiql/page.js')) urls.push(...(await importsOf(asset.clone())))
      expect(asset.headers.get('content-type')).toMatch(/^text\/(javascript|css); charset=utf-8$/)
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect((await asset.text()).length).toBeGreaterThan(100)
    }
  })

  it('accepts all JSON types for a variable of type JSON', async () => {
    const worker = await (await answer('/graphiql/graphql-worker.js')).text()
    expect(worker).toContain('definition.type = ["string", "number", "boolean", "integer", "object", "array"];')
  })

  it('leaves out the embedded fonts for text', async () => {
    const css = await (await answer('/graphiql/graphiql.css')).text()
    expect(css.match(/font-family:\s*["']?\w+["']?\s*;[^}]*src:url\(/g)?.join()).not.toMatch(/Roboto|Fira/)
    expect(css.length).toBeLessThan(500_000)
  })

  it('shows the login command and a logout button', () => {
    expect(html).toContain('You are not logged in')
    expect(html).toContain('<pre><code>cd &#34;&#60;a&#62;&#34; &#38;&#38; ashlar login</code></pre>')
    expect(html).toContain('<a id="login-link" class="button" href="login" hidden>Log in</a>')
    expect(html).toContain('<button id="logout" type="button" hidden>Log out</button>')
  })
})
