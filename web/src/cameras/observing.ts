/** Whether a zone only observes, and what people are told of it. Pure. */
import type { Zone } from '@/api/cameras'

const WEEK_MS = 7 * 86_400_000

/** A new zone observes its first week. */
export const firstWeek = (now = Date.now()): Pick<Zone, 'observe' | 'observe_until'> => ({
  observe: true,
  observe_until: new Date(now + WEEK_MS).toISOString(),
})

export const observes = (zone: Zone, now = Date.now()): boolean =>
  Boolean(zone.observe) && (!zone.observe_until || now < Date.parse(zone.observe_until))

/** What sent the zone back to observing, if it is there because of that. */
export const sentBack = (zone: Zone): Zone['sent_back'] => (zone.observe && !zone.observe_until ? zone.sent_back : null)
