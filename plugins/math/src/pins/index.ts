export { numberPin } from './number-pin.ts'
