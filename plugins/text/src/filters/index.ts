import { format } from './format.ts'
import { groupby, max, min, sum } from './order.ts'
import { batch, center, striptags, truncate, urlencode, wordcount } from './text.ts'
import type { Filter } from './values.ts'

/** The filters of Jinja that the library lacks. */
export const JINJA_FILTERS: Readonly<Record<string, Filter>> = {
  batch,
  center,
  format,
  groupby,
  max,
  min,
  striptags,
  sum,
  truncate,
  urlencode,
  wordcount,
}

export { argument, isEmpty, print, setVariable, toRuntimeValue } from './values.ts'
export type { Filter, FilterArguments, RuntimeValue } from './values.ts'
