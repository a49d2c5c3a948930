/** Formats a time in the time zone of the user, with its offset: `2026-11-30T02:24:10+01:00`. @param time ISO 8601 */
export function formatTime(time: string): string {
  const zoned = Temporal.Instant.from(time).toZonedDateTimeISO(Temporal.Now.timeZoneId())
  return zoned.toString({ smallestUnit: 'second', timeZoneName: 'never' })
}
