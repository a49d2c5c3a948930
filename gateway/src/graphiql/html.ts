import type { readExamples } from './operations.ts'
import { escapeHtml, LOGO, pageAssetUrl } from '../pages/index.ts'

interface Parts {
  /** The URL of a file that the page loads. */
  getUrl(name: string): string
  /** The options of the script. */
  options: object
  groups: Awaited<ReturnType<typeof readExamples>>
  /** HTML of the command that prints a login link. */
  login: string
}

export function renderHtml({ getUrl, options, groups, login }: Parts): string {
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
<header>
<span class="brand">${LOGO} Ashlar</span>
<button type="button" popovertarget="examples">Examples</button>
<a id="login-link" class="button" href="login" hidden>Log in</a>
<button id="logout" type="button" hidden>Log out</button>
</header>
<div id="examples" popover aria-label="Examples"><div>${renderExamples(groups)}</div></div>
<div id="login" role="alert" hidden>
<p><strong>You are not logged in.</strong> <a href="sign-in">Sign in</a> with e-mail and password, or use a login link. To print one, run this command in the directory in which Ashlar was started. Then open the link in this browser.</p>
${login}
</div>
<div id="root">Loading …</div>
<noscript>This page needs JavaScript.</noscript>
<script type="application/json" id="options">${JSON.stringify(options).replaceAll('<', '\\u003c')}</script>
<script src="${pageAssetUrl('copy.js')}" defer></script>
<script src="${getUrl('graphiql.js')}" defer></script>
<script src="${getUrl('page.js')}" type="module"></script>
</body>
</html>
`
}

/** The buttons are numbered in the order of the examples in the options of the script. */
function renderExamples(groups: Parts['groups']): string {
  let number = 0
  return groups
    .map(({ title, examples }) => {
      const items = examples.map(
        (example) =>
          `<li><button type="button" data-example="${number++}">${escapeHtml(example.title)}<small>${renderCode(example.description)}</small></button></li>`,
      )
      return `<section><h2>${escapeHtml(title)}</h2><ul>${items.join('')}</ul></section>`
    })
    .join('')
}

/** Escapes a text for HTML. Text between backticks is code. */
function renderCode(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}
