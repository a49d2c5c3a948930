/** A file of this package. */
export const own = (path: string): string => `./src/node-modules/${path}`

/** The sources of the modules, by the names that plugins import: files of this package, and libraries. */
export const SOURCES: Readonly<Record<string, string>> = {
  assert: own('assert.ts'),
  'assert/strict': own('assert-strict.ts'),
  async_hooks: own('async-hooks.ts'),
  buffer: own('buffer.ts'),
  console: own('console.ts'),
  constants: 'unenv/node/constants',
  crypto: own('crypto/crypto.ts'),
  diagnostics_channel: 'unenv/node/diagnostics_channel',
  events: own('events.ts'),
  os: own('os.ts'),
  path: 'unenv/node/path',
  'path/posix': 'unenv/node/path/posix',
  'path/win32': 'unenv/node/path/win32',
  perf_hooks: own('perf-hooks.ts'),
  process: own('process.ts'),
  punycode: 'unenv/node/punycode',
  querystring: 'unenv/node/querystring',
  stream: own('stream/stream.ts'),
  'stream/consumers': own('stream/consumers.ts'),
  'stream/promises': own('stream/promises.ts'),
  'stream/web': own('stream/web.ts'),
  string_decoder: own('string-decoder.ts'),
  sys: own('util/util.ts'),
  timers: own('timers.ts'),
  'timers/promises': own('timers-promises.ts'),
  tty: own('tty.ts'),
  url: own('url.ts'),
  util: own('util/util.ts'),
  'util/types': own('util/types.ts'),
  zlib: own('zlib.ts'),
  'zod/mini': 'zod/v4/mini',
  'zod/v3': 'zod/v3',
}

/** The names of {@link SOURCES} that are modules of Node. */
export const PURE_MODULES: ReadonlySet<string> = new Set(Object.keys(SOURCES).filter((name) => !name.startsWith('zod/')))
