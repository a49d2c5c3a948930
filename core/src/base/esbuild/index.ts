export { bundleProgram } from './bundle-program.ts'
export { holdEsbuild } from './hold-esbuild.ts'
