import { definePlugin } from '@ashlar/sdk'
import { execute } from './execute.ts'
import { insertRows } from './insert-rows.ts'
import { query } from './query.ts'
import { provider } from './provider.ts'

export default definePlugin({ name: 'postgres', icon: 'database', providers: [provider], blocks: [query, execute, insertRows] })
