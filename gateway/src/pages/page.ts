import { readFileSync } from 'node:fs'
import { buildPageAsset, type Asset } from './assets.ts'

// The small pages next to GraphiQL: login, logout, and the end of an authorization.

const NAMES = ['page.css', 'copy.js', 'login.js', 'sign-in.js', 'callback.js'] as const
type Script = 'login.js' | 'sign-in.js' | 'callback.js'

const ASSETS = new Map(
  NAMES.map((name) => [
    name,
    buildPageAsset(`/pages/${name}`, readFileSync(new URL(`browser/${name}`, import.meta.url), 'utf8')),
  ]),
)

/** Allows only our own script, style sheet and requests. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src data:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

interface PageOptions {
  title: string
  /** HTML of `<main>`, below the title. */
  body: string
  script?: Script
  /** @default 200 */
  status?: number
  /**
   * The number of path segments above the page. URLs are relative, because a proxy may serve the pages below a path.
   *
   * @default 0
   */
  depth?: number
}

/** Renders a small page. */
export function htmlPage({ title, body, script, status = 200, depth = 0 }: PageOptions): Response {
  const getUrl = (name: (typeof NAMES)[number]): string => '../'.repeat(depth) + pageAssetUrl(name).slice(1)
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · Ashlar</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${getUrl('page.css')}">
</head>
<body>
<main>
<p class="brand">${LOGO} Ashlar</p>
<h1 id="title">${escapeHtml(title)}</h1>
<div id="body">${body}</div>
</main>
<script src="${getUrl('copy.js')}"></script>
${script ? `<noscript>This page needs JavaScript.</noscript>\n<script src="${getUrl(script)}"></script>\n` : ''}</body>
</html>
`
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
  }
  return new Response(html, { status, headers })
}

interface TextOptions extends Omit<PageOptions, 'body'> {
  lines: readonly string[]
  /** A command below the lines. */
  command?: string
}

/** Renders a small page of paragraphs. */
export function textPage({ lines, command, ...options }: TextOptions): Response {
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')
  return htmlPage({ ...options, body: paragraphs + (command === undefined ? '' : commandBlock(command)) })
}

/** Renders a command that the user runs. A click selects all of it. */
export function commandBlock(command: string): string {
  return `<pre><code>${escapeHtml(command)}</code></pre>`
}

/** The URL of a file that pages load, from the root of the server. */
export function pageAssetUrl(name: (typeof NAMES)[number]): string {
  return ASSETS.get(name)?.url ?? ''
}

/** The routes of the files that the pages load, by path. */
export const pageRoutes: ReadonlyMap<string, Asset['answer']> = new Map(
  [...ASSETS].map(([name, asset]) => [`/pages/${name}`, asset.answer]),
)

/** Escapes a text for HTML, also in attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

export const LOGO = `<svg viewBox="0 0 40 28" width="30" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2"><path d="M2 2h36v8H2zM2 10h36v8H2zM2 18h36v8H2zM16 2v8M28 2v8M10 10v8M22 10v8M34 10v8M16 18v8M28 18v8"/></svg>`
