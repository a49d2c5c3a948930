/*
 * Global names of Node and browsers that the sandbox does not provide. They are undefined, so a library that tests for
 * one does not find it. Use of such a name causes an error whose message names a replacement.
 */

const NO_NETWORK = 'use context.fetch, and name the hosts in the capability "http"'
const NO_SOCKETS = 'there are no sockets: use context.fetch, with the capability "http"'
const NO_STORE = 'use context.storage, with the capability "storage"'
const NO_THREADS = 'a block has one thread, so there is no receiver for messages'
const NO_BROWSER = 'there is no browser: use a library that does not need one'
const NO_NODE = 'there is no Node: take settings as inputs of the block'
const NO_FILES = 'there are only the files of context.files, with the capability "files"'

/** The replacement for each name. */
export const MISSING_GLOBALS: Readonly<Record<string, string>> = {
  fetch: NO_NETWORK,
  XMLHttpRequest: NO_NETWORK,
  WebSocket: NO_SOCKETS,
  EventSource: NO_SOCKETS,
  WebTransport: NO_SOCKETS,
  localStorage: NO_STORE,
  sessionStorage: NO_STORE,
  indexedDB: NO_STORE,
  caches: NO_STORE,
  Worker: NO_THREADS,
  SharedWorker: NO_THREADS,
  MessageChannel: NO_THREADS,
  MessagePort: NO_THREADS,
  BroadcastChannel: NO_THREADS,
  window: NO_BROWSER,
  document: NO_BROWSER,
  location: NO_BROWSER,
  FileReader: 'use the methods text() and arrayBuffer() of the Blob',
  requestAnimationFrame: 'use setTimeout',
  reportError: 'throw the error, or use context.log',
  require: 'use import: the modules of the package become part of the bundle',
  __dirname: NO_FILES,
  __filename: NO_FILES,
  Deno: NO_NODE,
  Bun: NO_NODE,
}

const STACK_OVERFLOW = 'Maximum call stack size exceeded'
const NOT_DEFINED = /(?<![\w$.])(?<name>[\w$]+) is not defined\b/

/** Adds what to do to the error message of a block that uses a missing global, or whose stack overflows. */
export function withRemedy(message: string): string {
  if (message.includes(STACK_OVERFLOW))
    return message.replace(
      STACK_OVERFLOW,
      `${STACK_OVERFLOW}: the input is nested too deep, or a function calls itself without an end`,
    )
  const name = NOT_DEFINED.exec(message)?.groups?.name ?? ''
  const remedy = Object.hasOwn(MISSING_GLOBALS, name) ? MISSING_GLOBALS[name] : undefined
  if (remedy === undefined) return message
  const [first = '', ...stack] = message.split('\n')
  return [`${first} in a sandbox: ${remedy}`, ...stack].join('\n')
}
