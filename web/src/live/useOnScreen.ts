import { onBeforeUnmount, shallowRef } from 'vue'

/** Which elements are on the screen, by the id that each was given. */
export function useOnScreen() {
  const onScreen = shallowRef<ReadonlySet<string>>(new Set())
  const ids = new Map<Element, string>()
  const observer = new IntersectionObserver(
    (changes) => {
      const now = new Set(onScreen.value)
      for (const { target, isIntersecting } of changes) {
        const id = ids.get(target)
        if (id !== undefined) now[isIntersecting ? 'add' : 'delete'](id)
      }
      onScreen.value = now
    },
    { rootMargin: '80px' },
  )
  onBeforeUnmount(() => observer.disconnect())

  const vOnScreen = {
    mounted(element: Element, { value }: { value: string }) {
      ids.set(element, value)
      observer.observe(element)
    },
    unmounted(element: Element) {
      const id = ids.get(element)
      observer.unobserve(element)
      ids.delete(element)
      onScreen.value = new Set([...onScreen.value].filter((one) => one !== id))
    },
  }
  return { onScreen, vOnScreen }
}
