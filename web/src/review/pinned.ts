/** The keys by which this browser knows the site. They are taken on trust at first sight and kept; a key that comes
 * later, though the server vouches for it, is told until a person has compared it. */
import { ref } from 'vue'

const KEPT_AS = 'jiejing.evidence-keys'

/** Null before the first sight. */
const known = ref<ReadonlySet<string> | null>(kept())

/** Takes the keys that the server gives, where this browser knows none yet. */
export function meet(keyIds: readonly string[]): void {
  if (known.value === null && keyIds.length) keep(keyIds)
}

/** Those that this browser never saw before. */
export const unknown = (keyIds: readonly string[]): string[] => keyIds.filter((one) => !known.value?.has(one))

/** A person has compared them. */
export function trust(keyIds: readonly string[]): void {
  keep([...(known.value ?? []), ...keyIds])
}

function keep(keyIds: readonly string[]): void {
  known.value = new Set(keyIds)
  localStorage.setItem(KEPT_AS, JSON.stringify([...known.value]))
}

/** What cannot be read was not written here: every key is then one that was never seen. */
function kept(): Set<string> | null {
  const found = localStorage.getItem(KEPT_AS)
  if (found === null) return null
  try {
    const read: unknown = JSON.parse(found)
    return new Set(Array.isArray(read) ? read.filter((one) => typeof one === 'string') : [])
  } catch {
    return new Set()
  }
}
