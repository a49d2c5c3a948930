declare module 'assert/build/assert.js' {
  export { default } from 'node:assert'
}
declare module 'assert/build/internal/util/comparisons.js' {
  export { isDeepStrictEqual } from 'node:util'
}
declare module 'events/events.js' {
  export { default } from 'node:events'
}
declare module 'readable-stream' {
  import type stream from 'node:stream'
  import { Transform, promises } from 'node:stream'
  const streams: typeof stream & { destroy: (stream: object, error?: Error) => void }
  export { streams as default, Transform, promises }
}
declare module 'string_decoder/lib/string_decoder.js' {
  export { StringDecoder } from 'node:string_decoder'
}
declare module 'unenv/node/events' {
  export { addAbortListener, getEventListeners, on } from 'node:events'
}
declare module 'unenv/node/os' {
  export { constants } from 'node:os'
}
declare module 'unenv/node/url' {
  export { default, parse, resolve, resolveObject, format, fileURLToPath, pathToFileURL } from 'node:url'
  export { urlToHttpOptions, domainToASCII, domainToUnicode } from 'node:url'
}
declare module 'unenv/node/zlib' {
  export { constants } from 'node:zlib'
}
