/** What was on the officer's screen, and for how long: an approval opens only after enough was seen. */
import { computed, reactive, ref } from 'vue'

import { asOfServer } from '@/api/client'

export const DEMANDED = ['first_picture', 'last_picture', 'subject'] as const
export type Look = (typeof DEMANDED)[number]

/** A glance does not count: a picture was seen when it stood on the screen for so long, whole and loaded. */
export const SEEN_AFTER_MS = 400

/** The looks at one event; made anew for the next one. */
export function useLooks(now: () => number = Date.now) {
  const seen = reactive(new Map<Look, string>())
  const opened = reactive(new Set<string>())
  const began = ref(now())

  return {
    /** When each was on the screen by the server's clock, RFC 3339. */
    seen: computed(
      () => Object.fromEntries(DEMANDED.map((look) => [look, seen.get(look) ?? null])) as Record<Look, string | null>,
    ),
    missing: computed(() => DEMANDED.filter((look) => !seen.has(look))),
    /** Paths of the files that were opened. */
    opened: computed(() => [...opened]),
    spent_s: (): number => (now() - began.value) / 1000,
    saw(look: Look): void {
      if (!seen.has(look)) seen.set(look, new Date(asOfServer(now())).toISOString())
    },
    open: (path: string): Set<string> => opened.add(path),
    restart(): void {
      seen.clear()
      opened.clear()
      began.value = now()
    },
  }
}

export type Looks = ReturnType<typeof useLooks>
