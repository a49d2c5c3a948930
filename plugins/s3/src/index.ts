import { definePlugin } from '@ashlar/sdk'
import { provider } from './api.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject } from './delete-object.ts'
import { getObject } from './get-object.ts'
import { listObjects } from './list-objects.ts'
import { presignedLink } from './presigned-link.ts'
import { putObject } from './put-object.ts'

export default definePlugin({
  name: 's3',
  icon: 'cloud',
  providers: [provider],
  blocks: [listObjects, getObject, putObject, deleteObject, copyObject, presignedLink],
})
