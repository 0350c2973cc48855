/** Dwell clocks that run on between two looks of the analysis. Pure. */
import type { LiveEvent, Seen } from '@/api/pictures'

/** A step between two sightings is observed when it is at most so many intervals (docs/rules.md), or seconds. */
const SHORT_GAP_INTERVALS = 2.5
const SHORT_GAP_LEAST_S = 3

export interface Dwell {
  seconds: number
  /** Whether it was in this picture; else its clock waits for the next sighting. */
  observed: boolean
}

/** How long it has stood, `elapsed_s` after the picture arrived. A clock never runs ahead of what the analysis would still call observed. */
export function dwellOf(event: LiveEvent, seen: Seen, elapsed_s: number): Dwell {
  const observed = Date.parse(event.last_seen) >= Date.parse(seen.utc)
  if (!observed) return { seconds: event.dwell_s, observed }
  const longest = Math.max(SHORT_GAP_INTERVALS * seen.interval_s, SHORT_GAP_LEAST_S)
  return { seconds: event.dwell_s + Math.min(Math.max(0, elapsed_s), longest), observed }
}

/** 4:07, 1:02:09 */
export function clockFace(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor(s / 60) % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`
}

/** How far it is towards a violation, 0-1. */
export function shareOf(seconds: number, event: LiveEvent, seen: Seen): number {
  if (event.state === 'violation') return 1
  const limit = seen.zones.find((zone) => zone.id === event.zone_id)?.violation_after_s
  return limit ? Math.min(1, seconds / limit) : 0
}
