import { definePlugin } from '@ashlar/sdk'
import { addToLibrary } from './add-to-library.ts'
import { details } from './details.ts'
import { listLibrary } from './list-library.ts'
import { search } from './search.ts'

export default definePlugin({ name: 'store', icon: 'store', blocks: [search, details, addToLibrary, listLibrary] })
