export { createDevPlugins } from './dev-plugins.ts'
export type { DevPlugins } from './dev-plugins.ts'
