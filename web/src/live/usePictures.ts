/** The pictures of the cameras that are wanted now; nothing is fetched while the tab is hidden. */
import { onBeforeUnmount, ref, shallowReactive, shallowRef, watch, type Ref } from 'vue'

import { ApiError } from '@/api/client'
import { liveParts, type LivePart, type LiveQuery, type Seen } from '@/api/pictures'

/** A picture that can be drawn, what was seen in it, and when it arrived (performance.now). */
export interface Sight {
  seen: Seen
  bitmap: ImageBitmap
  arrivedMs: number
}

const AGAIN_MS = 2000
/** What is wanted changes with every row that is scrolled past. */
const SETTLE_MS = 250
const MOST_CAMERAS = 64

export function usePictures(wanted: Ref<LiveQuery | null>) {
  const sights = shallowReactive(new Map<string, Sight>())
  const running = ref<boolean | null>(null)
  const error = shallowRef<unknown>(null)
  const visible = ref(document.visibilityState === 'visible')
  let going = new AbortController()
  let timer = 0

  const look = (): void => void (visible.value = document.visibilityState === 'visible')
  document.addEventListener('visibilitychange', look)

  async function follow(query: LiveQuery, signal: AbortSignal): Promise<void> {
    try {
      error.value = null
      for await (const part of liveParts(query, signal)) await take(part, signal)
    } catch (cause) {
      if (signal.aborted) return
      error.value = cause
      running.value = null
      if (cause instanceof ApiError && cause.status >= 400 && cause.status < 500) return
    }
    if (!signal.aborted) begin(AGAIN_MS)
  }

  async function take(part: LivePart, signal: AbortSignal): Promise<void> {
    if (!('jpeg' in part) || part.header.kind !== 'picture') {
      if (part.header.kind === 'state') running.value = part.header.running
      return
    }
    const arrivedMs = performance.now()
    const bitmap = await createImageBitmap(part.jpeg).catch(() => null)
    if (bitmap && !signal.aborted) put(part.header.camera_id, { seen: part.header, bitmap, arrivedMs })
    else bitmap?.close()
  }

  function put(cameraId: string, sight: Sight): void {
    const former = sights.get(cameraId)
    sights.set(cameraId, sight)
    // The tile draws the new one before anybody paints again.
    if (former) requestAnimationFrame(() => former.bitmap.close())
  }

  function begin(afterMs: number): void {
    window.clearTimeout(timer)
    going.abort()
    going = new AbortController()
    const { signal } = going
    const query = wanted.value
    if (!query?.cameras.length || !visible.value) return
    timer = window.setTimeout(
      () => void follow({ ...query, cameras: query.cameras.slice(0, MOST_CAMERAS) }, signal),
      afterMs,
    )
  }

  watch([wanted, visible], ([now, seen], [before, saw]) => {
    if (seen !== saw || JSON.stringify(now) !== JSON.stringify(before)) begin(SETTLE_MS)
  })
  begin(0)

  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', look)
    window.clearTimeout(timer)
    going.abort()
    for (const { bitmap } of sights.values()) bitmap.close()
    sights.clear()
  })
  return { sights, running, error, again: () => begin(0) }
}
