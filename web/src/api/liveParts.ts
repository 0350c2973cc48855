/** What live pictures come in: parts of a header and a picture (docs/formats.md). Pure. */
import type { Said } from './client'

export type Size = 'wall' | 'large'
/** x1, y1, x2, y2 in 0-1 of the picture. */
export type UnitBox = readonly [number, number, number, number]

export interface LiveZone {
  id: string
  name: string
  violation: string
  polygon: readonly (readonly [number, number])[]
  observing: boolean
  violation_after_s: number
}

export interface LiveEvent {
  event_id: string
  zone_id: string
  violation: string
  state: 'candidate' | 'violation'
  label: string
  count: number
  still_since: string
  last_seen: string
  dwell_s: number
  bridged_s: number
  observing: boolean
  boxes: readonly UnitBox[]
}

/** What the analysis saw in one picture. */
export interface Seen {
  kind: 'picture'
  camera_id: string
  size: Size
  utc: string
  interval_s: number
  unfit: Said | null
  zones: readonly LiveZone[]
  events: readonly LiveEvent[]
  detections: readonly { label: string; score: number; box: UnitBox }[]
}

export type LivePart = { header: { kind: 'state'; running: boolean } } | { header: Seen; jpeg: Blob }

const PREFIX_BYTES = 8

/** Puts pieces of any size together, and gives the parts that are whole. */
export function takenApart(): (piece: Uint8Array) => Generator<LivePart> {
  let held = new Uint8Array(0)
  return function* (piece) {
    const joined = new Uint8Array(held.length + piece.length)
    joined.set(held)
    joined.set(piece, held.length)
    held = joined
    for (let part = firstOf(held); part; part = firstOf(held)) {
      held = held.subarray(part.end)
      yield part.read()
    }
  }
}

function firstOf(bytes: Uint8Array<ArrayBuffer>): { end: number; read: () => LivePart } | null {
  if (bytes.length < PREFIX_BYTES) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const [header, picture] = [view.getUint32(0), view.getUint32(4)]
  const middle = PREFIX_BYTES + header
  const end = middle + picture
  if (bytes.length < end) return null
  const read = (): LivePart => {
    const told = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, middle))) as Seen
    return { header: told, jpeg: new Blob([bytes.subarray(middle, end)], { type: 'image/jpeg' }) }
  }
  return { end, read }
}
