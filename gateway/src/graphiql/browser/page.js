// Runs in the browser after the script of GraphiQL, and starts GraphiQL with the options in the page.

import { activeTab, openExample, saveActiveTab } from './editors.js'
import { fetcher } from './fetcher.js'

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

const { workers, examples, ...options } = JSON.parse(document.getElementById('options').textContent)

globalThis.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => workers[label] ?? workers.editorWorkerService,
}

globalThis.YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  ...options,
  ...activeTab(storage),
  fetcher,
  storage,
  onEditQuery: () => {}, // the default writes the operation into the URL
})
addEventListener('pagehide', () => saveActiveTab(storage))

const menu = document.getElementById('examples')
menu.addEventListener('click', ({ target }) => {
  const example = examples[target.closest('button')?.dataset.example]
  if (!example) return
  menu.hidePopover()
  openExample(example)
})
