export { compile } from './compile.ts'
export { locate } from './locate.ts'
export { returnLast } from './parser.ts'
