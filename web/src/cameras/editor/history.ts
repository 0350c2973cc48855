/** Undo and redo of a value that is never changed in place. */
import { computed, shallowRef } from 'vue'

const KEPT = 200

export function useHistory<T>(first: T) {
  const past = shallowRef<T[]>([])
  const now = shallowRef(first)
  const future = shallowRef<T[]>([])
  let group = ''

  return {
    now,
    canUndo: computed(() => past.value.length > 0),
    canRedo: computed(() => future.value.length > 0),
    /** The next value. Changes of one group, one after the other, are one step: a point that is dragged, a text that is typed. */
    put(value: T, kind = ''): void {
      if (!kind || kind !== group) past.value = [...past.value, now.value].slice(-KEPT)
      group = kind
      future.value = []
      now.value = value
    },
    /** The next change is a step of its own. */
    close(): void {
      group = ''
    },
    undo(): void {
      const before = past.value.at(-1)
      if (before === undefined) return
      past.value = past.value.slice(0, -1)
      future.value = [now.value, ...future.value]
      now.value = before
      group = ''
    },
    redo(): void {
      const [after, ...rest] = future.value
      if (after === undefined) return
      past.value = [...past.value, now.value]
      future.value = rest
      now.value = after
      group = ''
    },
    /** Begins anew. */
    reset(value: T): void {
      past.value = []
      future.value = []
      now.value = value
      group = ''
    },
  }
}

export type History<T> = ReturnType<typeof useHistory<T>>
