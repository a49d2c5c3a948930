// Runs in the browser after the script of GraphiQL, and starts GraphiQL with the options in the page.

// The session cookie is valid only together with this token, which pages on other ports cannot read.
const TOKEN_KEY = 'ashlar-page-token'
const pageToken = localStorage.getItem(TOKEN_KEY)
const request = globalThis.fetch.bind(globalThis)
const send = (url, init) =>
  request(url, pageToken === null ? init : { ...init, headers: { ...init?.headers, 'ashlar-page-token': pageToken } })

globalThis.fetch = async (url, init) => {
  const response = await send(url, await withNewest(init))
  if (response.status === 401 || response.status === 403) showLogin(false)
  return response
}

function showLogin(isLoggedIn) {
  document.getElementById('login').hidden = isLoggedIn
  document.getElementById('account').hidden = !isLoggedIn
}
showLogin(pageToken !== null)

const failedLogout = () => alert('The logout failed. Try again.')
document.getElementById('logout').addEventListener('click', () => {
  logOut().catch(failedLogout)
})

async function logOut() {
  const { ok } = await send('logout', { method: 'POST' })
  if (!ok) return failedLogout()
  localStorage.removeItem(TOKEN_KEY)
  location.replace('login#logged-out')
}

/** The queries that resolve "newest" in the variables of the examples. */
const NEWEST = {
  graphId: '{ found: graphs(first: 1) { edges { node { id } } } }',
  executionId: '{ found: executions(first: 1) { edges { node { id } } } }',
}

async function withNewest(init) {
  if (typeof init?.body !== 'string') return init
  const request = JSON.parse(init.body)
  for (const [name, query] of Object.entries(NEWEST)) {
    if (request.variables?.[name] !== 'newest') continue
    const headers = { ...init.headers, accept: 'application/json' }
    const answer = await send('/graphql', { ...init, headers, body: JSON.stringify({ query }) })
    const { data } = await answer.json()
    request.variables[name] = data?.found.edges[0]?.node.id ?? 'newest'
  }
  return { ...init, body: JSON.stringify(request) }
}

/** Separates the tabs from those of another server with GraphiQL that used this port before. */
const PREFIX = 'ashlar:'
const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
const storage = {
  getItem: (key) => localStorage.getItem(PREFIX + key),
  setItem: (key, value) => localStorage.setItem(PREFIX + key, value),
  removeItem: (key) => localStorage.removeItem(PREFIX + key),
  clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ownKeys().length
  },
}

/** The tab that was active before the page was loaded again. Without its content, GraphiQL opens an empty tab. */
function activeTab() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(storage.getItem('graphiql:tabState'))
    const { query, variables } = tabs[activeTabIndex]
    return { query: query ?? undefined, variables: variables ?? undefined }
  } catch {
    return {} // the first visit
  }
}

globalThis.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => workers[label] ?? workers.editorWorkerService,
}

const { workers, ...options } = JSON.parse(document.getElementById('options').textContent)
globalThis.YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  ...options,
  ...activeTab(),
  storage,
  onEditQuery: () => {}, // the default writes the operation into the URL
})
