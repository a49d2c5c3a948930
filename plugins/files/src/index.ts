import { definePlugin } from '@ashlar/sdk'
import { collect } from './collect.ts'
import { deleteFile } from './delete.ts'
import { fileInput } from './file-input.ts'
import { list } from './list.ts'
import { read } from './read.ts'
import { readText } from './read-text.ts'
import { store } from './store.ts'
import { write } from './write.ts'

export default definePlugin({
  name: 'files',
  icon: 'file',
  blocks: [write, read, list, deleteFile, store, readText, collect, fileInput],
})
