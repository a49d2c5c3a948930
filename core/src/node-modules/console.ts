/** `node:console`, with the console of the sandbox. */
const { console } = globalThis
export { console as default }
export const { debug, log, info, warn, error, trace, assert, count, dir, table, group, groupEnd, time, timeEnd } = console
