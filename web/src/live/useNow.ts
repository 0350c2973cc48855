import { onBeforeUnmount, ref } from 'vue'

const TICK_MS = 250

/** The moment, on the clock of `performance.now`, four times a second: for clocks that run. */
export function useNow() {
  const nowMs = ref(performance.now())
  const ticking = window.setInterval(() => (nowMs.value = performance.now()), TICK_MS)
  onBeforeUnmount(() => window.clearInterval(ticking))
  return nowMs
}
