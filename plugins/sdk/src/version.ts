/** The version in package.json. Ashlar rejects a plugin that was built for a newer major or minor version. */
export const SDK_VERSION = '0.1.0'
