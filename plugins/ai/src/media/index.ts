export { image } from './image.ts'
export { speak } from './speak.ts'
export { transcribe } from './transcribe.ts'
