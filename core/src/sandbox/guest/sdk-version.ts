/** The version of the SDK in guests. */
export { SDK_VERSION } from '@ashlar/sdk'
