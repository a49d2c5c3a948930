/** `node:timers`, with the timers of the sandbox. */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = globalThis
