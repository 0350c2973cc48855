/** Live pictures: one answer that goes on, for all cameras that are on the screen. */
import { authorised } from './client'
import { takenApart, type LivePart, type Size } from './liveParts'

export type { LiveEvent, LivePart, LiveZone, Seen, Size, UnitBox } from './liveParts'

export interface LiveQuery {
  cameras: readonly string[]
  size: Size
  purpose: string
}

/** The parts as they arrive. Whoever takes them slowly makes the server leave pictures out.
 * @throws ApiError */
export async function* liveParts(query: LiveQuery, signal: AbortSignal): AsyncGenerator<LivePart> {
  const asked = new URLSearchParams(query.cameras.map((id) => ['camera', id]))
  asked.set('size', query.size)
  if (query.purpose) asked.set('purpose', query.purpose)
  const { body } = await authorised(`/api/v1/live?${asked}`, { signal })
  if (!body) return
  const reader = body.getReader()
  const taken = takenApart()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield* taken(next.value)
  } finally {
    await reader.cancel().catch(() => {})
  }
}
