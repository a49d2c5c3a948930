/** As in package.json. Plugins that were made for a newer one, in major or minor, are refused. */
export const SDK_VERSION = '0.1.0'
