import { SDK_VERSION } from '../../sandbox/guest/sdk-version.ts'

/** Another when what is made of the same source is: its bundle, or its manifest. The number is for changes within a release. */
export const RELEASE = `2 ${SDK_VERSION}`
