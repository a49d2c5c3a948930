export { buildNodeModules } from './build-modules.ts'
export { NODE_NAMESPACE, provideNodeModules } from './provide-modules.ts'
export type { NodeModules } from './build-modules.ts'
