export { openPlugins } from './open-plugins.ts'
export { workspaceId } from './sources/index.ts'
