export { channelName, createNotifications } from './notifications.ts'
export { openDatabase } from './database.ts'
export type { Database } from './database.ts'
export type { Notifications } from './notifications.ts'
