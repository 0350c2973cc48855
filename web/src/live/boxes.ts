import type { LiveEvent, Seen, UnitBox } from '@/api/pictures'

/** A thing's own box is the median of its sightings: so much overlap makes a detection that thing. */
const SAME_IOU = 0.5

const area = (box: UnitBox): number => Math.max(0, box[2] - box[0]) * Math.max(0, box[3] - box[1])

export function iou(a: UnitBox, b: UnitBox): number {
  const shared = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])])
  return shared ? shared / (area(a) + area(b) - shared) : 0
}

/** What nobody waits for: people, things outside all zones, things that have just come. */
export const passing = (seen: Seen): Seen['detections'] =>
  seen.detections.filter(
    (one) => !seen.events.some((event) => event.boxes.some((box) => iou(box, one.box) >= SAME_IOU)),
  )

/** Those for which officers are called come first, then what has stood longest. */
export const byUrgency = (events: readonly LiveEvent[]): LiveEvent[] => {
  const rank = (one: LiveEvent): number => (one.observing ? 2 : 0) + (one.state === 'violation' ? 0 : 1)
  return [...events].sort((a, b) => rank(a) - rank(b) || b.dwell_s - a.dwell_s)
}
