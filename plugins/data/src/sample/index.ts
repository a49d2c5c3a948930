export { sample } from './sample.ts'
