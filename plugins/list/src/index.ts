import { definePlugin } from '@ashlar/sdk'
import { add } from './add.ts'
import { concatenate } from './concatenate.ts'
import { create } from './create.ts'
import { difference } from './difference.ts'
import { find } from './find.ts'
import { flatten } from './flatten.ts'
import { get } from './get.ts'
import { interleave } from './interleave.ts'
import { intersection } from './intersection.ts'
import { isEmpty } from './is-empty.ts'
import { remove } from './remove.ts'
import { replace } from './replace.ts'
import { reverse } from './reverse.ts'
import { zip } from './zip.ts'

export default definePlugin({
  name: 'list',
  blocks: [
    create,
    add,
    find,
    get,
    remove,
    replace,
    isEmpty,
    concatenate,
    reverse,
    flatten,
    interleave,
    zip,
    difference,
    intersection,
  ],
})
