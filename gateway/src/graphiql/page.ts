import { readFile } from 'node:fs/promises'
import { commandBlock, buildAsset, type Asset } from '../pages/index.ts'
import { readTabs } from './operations.ts'

// GraphiQL for `/graphql`. The page loads all files from this server, and its Content-Security-Policy allows no other
// server. The files (9 MB) are read when the page is first opened.

type Answer = (request: Request, url: URL) => Promise<Response>

interface Page {
  /** @param login HTML of the command that prints a login link */
  html(login: string): string
  assets: ReadonlyMap<string, Asset>
}

const PATH = '/graphiql'
const NAMES = [
  'graphiql.js',
  'graphiql.css',
  'editor-worker.js',
  'json-worker.js',
  'graphql-worker.js',
  'page.js',
  'page.css',
] as const
type Name = (typeof NAMES)[number]

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
    const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', 'content-security-policy': POLICY }
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
  const [texts, tabs] = await Promise.all([readAssets(), readTabs()])
  const assets = new Map(NAMES.map((name) => [name, buildAsset(`${PATH}/${name}`, texts[name])]))
  const getUrl = (name: Name): string => assets.get(name)?.url ?? ''
  const options = {
    defaultTabs: tabs,
    shouldPersistHeaders: false,
    method: 'POST',
    workers: {
      editorWorkerService: getUrl('editor-worker.js'),
      json: getUrl('json-worker.js'),
      graphql: getUrl('graphql-worker.js'),
    },
  }
  return { html: (login) => renderHtml(getUrl, options, login), assets }
}

async function readAssets(): Promise<Record<Name, string>> {
  const readOwn = (name: string): Promise<string> => readFile(new URL(`browser/${name}`, import.meta.url), 'utf8')
  const { js, css, editorWorkerService, jsonWorker, graphqlWorker } = await import('@graphql-yoga/render-graphiql/graphiql')
  return {
    'graphiql.js': js,
    'graphiql.css': css,
    'editor-worker.js': editorWorkerService,
    'json-worker.js': jsonWorker,
    'graphql-worker.js': graphqlWorker,
    'page.js': await readOwn('page.js'),
    'page.css': await readOwn('page.css'),
  }
}

const LOGO = `<svg viewBox="0 0 40 28" width="30" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2"><path d="M2 2h36v8H2zM2 10h36v8H2zM2 18h36v8H2zM16 2v8M28 2v8M10 10v8M22 10v8M34 10v8M16 18v8M28 18v8"/></svg>`

function renderHtml(getUrl: (name: Name) => string, options: object, login: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ashlar</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${getUrl('graphiql.css')}">
<link rel="stylesheet" href="${getUrl('page.css')}">
</head>
<body>
<header><span class="brand">${LOGO} Ashlar</span><span id="account" hidden><button id="logout" type="button">Log out</button></span></header>
<div id="login" role="alert" hidden>
<p>You are not logged in. To print a login link, run this command in the directory in which Ashlar was started. Then open the link in this browser.</p>
${login}
</div>
<div id="root">Loading …</div>
<noscript>This page needs JavaScript.</noscript>
<script type="application/json" id="options">${JSON.stringify(options).replaceAll('<', '\\u003c')}</script>
<script src="${getUrl('graphiql.js')}"></script>
<script src="${getUrl('page.js')}"></script>
</body>
</html>
`
}
