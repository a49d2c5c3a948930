import { readFile } from 'node:fs/promises'
import { buildPageAsset, commandBlock, type Asset } from '../pages/index.ts'
import { readExamples } from './operations.ts'
import { renderHtml } from './html.ts'

// GraphiQL for `/graphql`. The page loads all files from this server, and its Content-Security-Policy allows no other
// server. The files (8 MB) are read when the page is first opened.

type Answer = (request: Request, url: URL) => Promise<Response>

interface Page {
  /** @param login HTML of the command that prints a login link */
  html(login: string): string
  assets: ReadonlyMap<string, Asset>
}

const PATH = '/graphiql'
/** Own modules: a module imports only modules before it. */
const MODULES = ['sse.js', 'session.js', 'editors.js', 'newest.js', 'events.js', 'fetcher.js', 'page.js'] as const
const NAMES = [
  'graphiql.js',
  'graphiql.css',
  'editor-worker.js',
  'json-worker.js',
  'graphql-worker.js',
  'page.css',
  ...MODULES,
] as const
type Name = (typeof NAMES)[number]

/** The examples that are open at the first visit. */
const FIRST_TABS = new Set(['graphs/1-create', 'executions/1-start', 'executions/2-watch'])

/** Allows what GraphiQL needs: inline styles of its editor, workers, and requests to this server. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `worker-src 'self'`,
  `style-src 'self' 'unsafe-inline'`,
  `font-src 'self' data:`,
  `img-src 'self' data:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

/** Returns the route of the page. @param loginCommand prints a login link */
export function graphiqlPage(loginCommand: string): Answer {
  const login = commandBlock(loginCommand)
  return async () => {
    const { html } = await getPage()
    const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY }
    return new Response(html(login), { headers })
  }
}

/** The routes of the files that the page loads, by path. */
export const graphiqlRoutes: ReadonlyMap<string, Answer> = new Map(
  NAMES.map((name) => [`${PATH}/${name}`, (request) => answerAsset(name, request)]),
)

async function answerAsset(name: Name, request: Request): Promise<Response> {
  const { assets } = await getPage()
  const asset = assets.get(name)
  if (!asset) throw new Error(`GraphiQL has no ${name}`)
  return asset.answer(request)
}

let loading: Promise<Page> | undefined

function getPage(): Promise<Page> {
  return (loading ??= loadPage())
}

async function loadPage(): Promise<Page> {
  const [texts, groups] = await Promise.all([readAssets(), readExamples()])
  const assets = new Map<string, Asset>()
  const getUrl = (name: string): string => assets.get(name)?.url ?? ''
  for (const name of NAMES) {
    // An imported file must have the digest of its content in its URL, as the files have that the page names.
    const text = texts[name].replaceAll(/(?<= from '\.\/)[\w-]+\.js(?=')/g, (imported) =>
      getUrl(imported).replace(`${PATH}/`, ''),
    )
    assets.set(name, buildPageAsset(`${PATH}/${name}`, text))
  }
  const examples = groups.flatMap((group) => group.examples)
  const options = {
    examples: examples.map(({ query, variables }) => ({ query, variables })),
    defaultTabs: examples.filter(({ name }) => FIRST_TABS.has(name)),
    shouldPersistHeaders: false,
    workers: {
      editorWorkerService: getUrl('editor-worker.js'),
      json: getUrl('json-worker.js'),
      graphql: getUrl('graphql-worker.js'),
    },
  }
  return { html: (login) => renderHtml({ getUrl, options, groups, login }), assets }
}

async function readAssets(): Promise<Record<Name, string>> {
  const own = ['page.css', ...MODULES] as const
  const texts = await Promise.all(own.map((name) => readFile(new URL(`browser/${name}`, import.meta.url), 'utf8')))
  const { js, css, editorWorkerService, jsonWorker, graphqlWorker } = await import('@graphql-yoga/render-graphiql/graphiql')
  return {
    'graphiql.js': js,
    'graphiql.css': css.replaceAll(TEXT_FONT, ''),
    'editor-worker.js': editorWorkerService,
    'json-worker.js': jsonWorker,
    'graphql-worker.js': graphqlWorker.replace(SCALAR_TYPES, SCALAR_TYPES.replace(']', ', "object", "array"]')),
    ...(Object.fromEntries(own.map((name, index) => [name, texts[index]])) as Record<(typeof own)[number], string>),
  }
}

/** The embedded fonts for text (0.6 MB). The page uses the fonts of the system. */
const TEXT_FONT = /@font-face\s*\{[^}]*font-family:\s*["']?(?:Roboto|Fira Code)[^}]*\}/g

/** The JSON types that the editor of variables accepts for a scalar of the schema. `JSON` also accepts the others. */
const SCALAR_TYPES = '["string", "number", "boolean", "integer"]'
