/** The names of a global object in browsers, workers and Node. Libraries add to it, or look for APIs in it. */
export const self = globalThis
export const global = globalThis

/** HTML section 8.9.1, without what describes a machine or a user. */
export const navigator = Object.freeze({
  userAgent: 'Ashlar',
  language: 'en-US',
  languages: Object.freeze(['en-US']),
  platform: '',
  hardwareConcurrency: 1,
  onLine: true,
})
