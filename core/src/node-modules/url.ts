/** `node:url`. The classes are those of the web platform. */
export { parse, resolve, resolveObject, format, fileURLToPath, pathToFileURL, urlToHttpOptions } from 'unenv/node/url'
export { domainToASCII, domainToUnicode } from 'unenv/node/url'
export const { URL, URLSearchParams } = globalThis
