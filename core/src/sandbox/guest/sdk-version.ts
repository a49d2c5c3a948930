/** Of the SDK that guests get. */
export { SDK_VERSION } from '@ashlar/sdk'
