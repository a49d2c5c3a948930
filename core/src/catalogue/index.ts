export { openPlugins } from './open-plugins.ts'
