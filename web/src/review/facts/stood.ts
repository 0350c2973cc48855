/** How long a thing has stood, as far as anybody knows. */
import type { QueueItem } from '../model'

export interface Stood {
  seconds: number
  /** The last look at it, RFC 3339. */
  until: string
  /** left: it is gone. watched: it was not seen to leave, by a camera that looks now. unknown: nobody looks. */
  now: 'left' | 'watched' | 'unknown'
}

type Standing = Pick<QueueItem, 'dwell_s' | 'last_seen' | 'cleared_at' | 'watched_until'>

/** An event is kept when it changes, not while it lasts: what came since the last change is known from the camera. */
export function stoodFor({ dwell_s, last_seen, cleared_at, watched_until }: Standing): Stood {
  if (cleared_at) return { seconds: dwell_s, until: last_seen, now: 'left' }
  if (!watched_until) return { seconds: dwell_s, until: last_seen, now: 'unknown' }
  const since_s = (Date.parse(watched_until) - Date.parse(last_seen)) / 1000
  return { seconds: dwell_s + Math.max(0, since_s), until: watched_until, now: 'watched' }
}
