import { definePlugin } from '@ashlar/sdk'
import { addAudio } from './add-audio.ts'
import { duration } from './duration.ts'
import { loopVideo } from './loop-video.ts'

export default definePlugin({ name: 'media', icon: 'film', blocks: [duration, loopVideo, addAudio] })
