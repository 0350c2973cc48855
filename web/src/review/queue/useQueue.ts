/** The queue as far as it was loaded: pages on demand, and what changes meanwhile. */
import { ref, shallowRef } from 'vue'

import { readQueue } from '@/api/review'

import { keyOf, type QueueItem, type QueueQuery } from '../model'

const PAGE = 100

export function useQueue() {
  const items = shallowRef<QueueItem[]>([])
  const error = shallowRef<unknown>(null)
  const loading = ref(false)
  const more = ref(false)
  /** Openings that arrived since the list was loaded. */
  const fresh = ref(0)
  let query: QueueQuery = {}
  let cursor: string | null = null
  let run = 0

  /** Loads the first page anew. */
  async function load(wanted: QueueQuery): Promise<void> {
    query = wanted
    const mine = ++run
    loading.value = true
    error.value = null
    try {
      const page = await readQueue({ ...query, limit: PAGE })
      if (mine !== run) return
      items.value = page.events
      cursor = page.next_cursor
      more.value = cursor !== null
      fresh.value = 0
    } catch (cause) {
      if (mine === run) error.value = cause
    } finally {
      if (mine === run) loading.value = false
    }
  }

  async function loadMore(): Promise<void> {
    if (loading.value || cursor === null) return
    const mine = run
    loading.value = true
    try {
      const page = await readQueue({ ...query, cursor, limit: PAGE })
      if (mine !== run) return
      const known = new Set(items.value.map(keyOf))
      items.value = [...items.value, ...page.events.filter((one) => !known.has(keyOf(one)))]
      cursor = page.next_cursor
      more.value = cursor !== null
    } catch (cause) {
      error.value = cause
    } finally {
      loading.value = false
    }
  }

  /** Reads again what stands at the top, and moves no row: how long things have stood goes on. */
  async function renew(): Promise<void> {
    if (loading.value || !items.value.some((one) => one.watched_until)) return
    const mine = run
    const page = await readQueue({ ...query, limit: PAGE })
    if (mine !== run) return
    const now = new Map(page.events.map((one) => [keyOf(one), one]))
    items.value = items.value.map((one) => now.get(keyOf(one)) ?? one)
  }

  /** Puts in what an opening has become; one that no longer belongs here goes. */
  function put(item: QueueItem, belongs: boolean): void {
    const at = items.value.findIndex((one) => keyOf(one) === keyOf(item))
    if (at < 0) return
    items.value = belongs ? items.value.with(at, item) : items.value.toSpliced(at, 1)
  }

  /** The opening after or before one, in the order of the list. */
  function beside(key: string | null, by: 1 | -1): QueueItem | undefined {
    const at = items.value.findIndex((one) => keyOf(one) === key)
    return at < 0 ? items.value[0] : items.value[at + by]
  }

  return { items, error, loading, more, fresh, load, loadMore, renew, put, beside }
}
