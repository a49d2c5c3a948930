import { SDK_VERSION } from '../../sandbox/guest/sdk-version.ts'

/** Changes when the same source gives another bundle or manifest. The number counts such changes within a release. */
export const RELEASE = `5 ${SDK_VERSION}`
