import { definePlugin } from '@ashlar/sdk'
import { add } from './add.ts'
import { collect } from './collect.ts'
import { create } from './create.ts'
import { find } from './find.ts'
import { isEmpty } from './is-empty.ts'
import { remove } from './remove.ts'
import { replace } from './replace.ts'

export default definePlugin({
  name: 'dictionary',
  icon: 'book-key',
  blocks: [create, add, find, remove, replace, isEmpty, collect],
})
