import { definePlugin } from '@ashlar/sdk'
import { add } from './add.ts'
import { concatenate, difference, interleave, intersection, zip } from './combine/index.ts'
import { create } from './create.ts'
import { find } from './find.ts'
import { flatten } from './flatten.ts'
import { get } from './get.ts'
import { isEmpty } from './is-empty.ts'
import { collect, first, last, reduce } from './loops/index.ts'
import { remove } from './remove.ts'
import { replace } from './replace.ts'
import { reverse } from './reverse.ts'

export default definePlugin({
  name: 'list',
  icon: 'list',
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
    collect,
    reduce,
    first,
    last,
  ],
})
