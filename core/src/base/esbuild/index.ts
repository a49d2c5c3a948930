export { holdEsbuild } from './hold-esbuild.ts'
