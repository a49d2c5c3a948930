import { definePlugin } from '@ashlar/sdk'
import { provider } from './api.ts'
import { addReaction } from './add-reaction.ts'
import { listChannels } from './list-channels.ts'
import { listUsers } from './list-users.ts'
import { openDirectMessage } from './open-direct-message.ts'
import { postMessage } from './post-message.ts'
import { readMessages } from './read-messages.ts'
import { updateMessage } from './update-message.ts'
import { uploadFile } from './upload-file.ts'

export default definePlugin({
  name: 'slack',
  icon: 'hash',
  providers: [provider],
  blocks: [postMessage, updateMessage, readMessages, listChannels, listUsers, uploadFile, addReaction, openDirectMessage],
})
