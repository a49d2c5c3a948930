export { openPlugins } from './open-plugins.ts'
export { toSourceSetId } from './sources/index.ts'
