const FILES = 'use context.files, with the capability "files"; import the text of a file of the package with { type: "text" }'
const HTTP = 'use context.fetch, with the capability "http"; many clients accept a fetch function'
const SOCKETS = 'there are no sockets: use context.fetch, with the capability "http"'
const THREADS = 'a block has one thread and starts no program'
const MODULES = 'use import: the modules of the package become part of the bundle'
const ENGINE = 'the sandbox does not expose the engine'
const TERMINAL = 'there is no terminal: take settings as inputs of the block, and use context.log'

/** The modules of Node that need authority, with what a block uses instead. */
export const AUTHORITY_MODULES: Readonly<Record<string, string>> = {
  _http_agent: HTTP,
  _http_client: HTTP,
  _http_common: HTTP,
  _http_server: HTTP,
  child_process: THREADS,
  cluster: THREADS,
  dgram: SOCKETS,
  dns: SOCKETS,
  'dns/promises': SOCKETS,
  domain: 'use try and catch',
  ffi: THREADS,
  fs: FILES,
  'fs/promises': FILES,
  http: HTTP,
  http2: HTTP,
  https: HTTP,
  inspector: ENGINE,
  'inspector/promises': ENGINE,
  module: MODULES,
  net: SOCKETS,
  readline: TERMINAL,
  'readline/promises': TERMINAL,
  repl: TERMINAL,
  sea: MODULES,
  sqlite: 'use context.storage, with the capability "storage"',
  test: 'use the tests of defineBlock',
  tls: SOCKETS,
  trace_events: ENGINE,
  v8: ENGINE,
  vm: 'a block cannot create contexts',
  wasi: 'use WebAssembly',
  worker_threads: THREADS,
}

/** The values of these modules that describe a protocol: libraries read them while they load. */
const CONSTANTS: Readonly<Record<string, string>> = {
  http: `{ METHODS: ${JSON.stringify(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'])}, STATUS_CODES: {} }`,
  fs: '{ constants: { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 } }',
  module: '{ builtinModules: [] }',
  worker_threads: '{ isMainThread: true, parentPort: null, workerData: null, threadId: 0 }',
  cluster: '{ isMaster: true, isPrimary: true, isWorker: false }',
}

/**
 * The source of a CommonJS module without authority, in place of one of {@link AUTHORITY_MODULES}. It has every name. A
 * name can be read, extended and replaced; a call throws an error that names the module and what to use instead. The
 * stack of the error starts at the call.
 */
export function standInSource(name: string): string {
  const advice = AUTHORITY_MODULES[name] ?? ENGINE
  return `const standIn = (path) => {
  const refuse = function () {
    const error = new Error(path + ' is not available in a sandbox: ' + ${JSON.stringify(advice)})
    error.code = 'ERR_NOT_IN_SANDBOX'
    Error.captureStackTrace(error, refuse)
    throw error
  }
  return new Proxy(refuse, {
    get(target, key) {
      if (typeof key === 'symbol' || key === 'then' || key === '__esModule' || key in target) return target[key]
      return (target[key] = standIn(path + '.' + key))
    },
  })
}
const names = standIn(${JSON.stringify(name)})
const known = ${CONSTANTS[name] ?? '{}'}
module.exports = Object.create(new Proxy({}, {
  get: (_, key) => (typeof key === 'symbol' || key === '__esModule' || key === 'then' ? undefined : Object.hasOwn(known, key) ? known[key] : names[key]),
}))`
}
