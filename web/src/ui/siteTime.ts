/** Time as it is told at the site, which has no summer time. */
export const SITE_ZONE = 'Asia/Shanghai'

const OFFSET = '+08:00'
const DAY_MS = 86_400_000
const days = new Intl.DateTimeFormat('sv-SE', { timeZone: SITE_ZONE })
const moments = new Intl.DateTimeFormat('sv-SE', { timeZone: SITE_ZONE, dateStyle: 'short', timeStyle: 'medium' })

/** The day of a moment, or of one some days later, like 2026-05-01. */
export const siteDay = (moment: string, later = 0): string => days.format(new Date(shifted(moment, later)))

/** When a day, or one some days later, begins, RFC 3339 in UTC. */
export const beginOfDay = (day: string, later = 0): string => shifted(fromSiteClock(`${day}T00:00:00`), later)

/** 2026-05-04T08:00:00, as the clock of the site stands at a moment; and back. */
export const siteClock = (moment: string): string => moments.format(new Date(moment)).replace(' ', 'T')
export const fromSiteClock = (clock: string): string => new Date(`${clock}${OFFSET}`).toISOString()

const shifted = (moment: string, byDays: number): string => new Date(Date.parse(moment) + byDays * DAY_MS).toISOString()
