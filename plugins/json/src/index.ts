import { definePlugin } from '@ashlar/sdk'
import { diff, flatten, merge, patch, set, unflatten } from './change/index.ts'
import { get, jmespath, jsonata, jsonpath } from './query/index.ts'
import { validate, validateRows } from './schema/index.ts'

export default definePlugin({
  name: 'json',
  icon: 'braces',
  blocks: [get, set, jsonpath, jmespath, jsonata, validate, validateRows, diff, patch, merge, flatten, unflatten],
})
