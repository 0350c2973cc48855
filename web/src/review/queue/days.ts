/** Days as they are counted at the site, which has no summer time. */

const SITE_OFFSET_MS = 8 * 3_600_000
const DAY_MS = 86_400_000

/** The day of a moment, or of one some days later, like 2026-05-01. */
export const dayOf = (moment: string, later = 0): string =>
  new Date(Date.parse(moment) + SITE_OFFSET_MS + later * DAY_MS).toISOString().slice(0, 10)

/** When a day, or one some days later, begins, RFC 3339 in UTC. */
export const beginOf = (day: string, later = 0): string =>
  new Date(Date.parse(day) - SITE_OFFSET_MS + later * DAY_MS).toISOString()
