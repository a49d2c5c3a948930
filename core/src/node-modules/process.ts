/** `node:process`, with the object of the sandbox. */
const { process } = globalThis
export { process as default }
export const { env, argv, platform, version, versions, nextTick, cwd, hrtime, uptime, stdout, stderr, emitWarning, exit } =
  process
