import { onBeforeUnmount, ref, shallowRef } from 'vue'

/** Something that is loaded, and may be loaded again; the newest call wins. */
export function useLoad<T>(read: () => Promise<T>) {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(false)
  let run = 0

  async function load(): Promise<void> {
    const mine = ++run
    loading.value = true
    error.value = null
    try {
      const found = await read()
      if (mine === run) data.value = found
    } catch (cause) {
      if (mine === run) error.value = cause
    } finally {
      if (mine === run) loading.value = false
    }
  }

  void load()
  return { data, error, loading, load }
}

/** Does something again and again, while the page is looked at and its component is there. */
export function againWhileSeen(action: () => unknown, everyMs: number): void {
  const running = window.setInterval(() => document.visibilityState === 'visible' && void action(), everyMs)
  onBeforeUnmount(() => window.clearInterval(running))
}
