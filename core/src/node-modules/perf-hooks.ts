/** `node:perf_hooks` without observers: the clock of the sandbox has steps of a millisecond. */
export const { performance } = globalThis
