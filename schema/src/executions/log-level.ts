import { builder } from '../base/builder.ts'

export const LogLevel = builder.enumType('LogLevel', {
  description: 'The severity of a log line.',
  values: {
    DEBUG: { description: 'Details for the author of the block.' },
    INFO: { description: 'Normal progress.' },
    WARN: { description: 'A problem that the block handles.' },
    ERROR: { description: 'A failure.' },
  },
})

/** @param level as a sandbox reports it. Any unknown text becomes INFO. */
export function toLogLevel(level: string): typeof LogLevel.$inferType {
  const name = level.toUpperCase()
  return name === 'DEBUG' || name === 'WARN' || name === 'ERROR' ? name : 'INFO'
}
