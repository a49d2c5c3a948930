export { parseCsv } from './parse-csv.ts'
export { writeCsv } from './write-csv.ts'
