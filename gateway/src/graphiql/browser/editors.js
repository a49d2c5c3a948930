// Reads and writes the editors of GraphiQL. Its bundle exports no functions for this, but it publishes its editor as
// `__MONACO`.

const TAB_STATE = 'graphiql:tabState'

const findEditor = (name) => globalThis.__MONACO?.editor.getEditors().find((editor) => editor.getModel()?.uri.path.endsWith(name))
const operationEditor = () => findEditor('operation.graphql')
const variablesEditor = () => findEditor('variables.json')

/** Opens an example in a new tab. */
export function openExample({ query, variables }) {
  document.querySelector('.graphiql-tab-add').click()
  operationEditor().setValue(query)
  operationEditor().focus()
  variablesEditor().setValue(variables)
  // GraphiQL renders the tab a little later.
  setTimeout(() => document.querySelector('.graphiql-tab-active').scrollIntoView(), 100)
}

/** Scrolls the answer to its end, where the newest event is. */
export function showEndOfAnswer() {
  const editor = findEditor('response.json')
  editor?.revealLine(editor.getModel().getLineCount())
}

/** The tab that was active before the page was loaded again. Without its content, GraphiQL opens an empty tab. */
export function activeTab(storage) {
  try {
    const { tabs, activeTabIndex } = JSON.parse(storage.getItem(TAB_STATE))
    const { query, variables } = tabs[activeTabIndex]
    return { query: query ?? undefined, variables: variables ?? undefined }
  } catch {
    return {} // the first visit
  }
}

/** Stores the active tab, because GraphiQL stores a change only after half a second. */
export function saveActiveTab(storage) {
  const editor = operationEditor()
  const tabs = [...document.querySelectorAll('.graphiql-tab')]
  const state = JSON.parse(storage.getItem(TAB_STATE) ?? 'null')
  if (!editor || state?.tabs.length !== tabs.length) return
  state.activeTabIndex = tabs.findIndex((tab) => tab.classList.contains('graphiql-tab-active'))
  const tab = state.tabs[state.activeTabIndex]
  if (!tab) return
  Object.assign(tab, { query: editor.getValue(), variables: variablesEditor()?.getValue() ?? tab.variables })
  storage.setItem(TAB_STATE, JSON.stringify(state))
}
