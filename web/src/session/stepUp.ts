/** Asks for a fresh code of the second factor, where the server wants one. */
import { ref } from 'vue'

import { readSession } from '@/api/session'

/** Whether the question stands on the screen. */
export const asking = ref(false)
let answered: ((given: boolean) => void) | null = null
let asked: Promise<boolean> | null = null

/** Whether a code was given; all that need one at once wait for the same. */
export function askForCode(): Promise<boolean> {
  asked ??= new Promise<boolean>((resolve) => {
    answered = resolve
    asking.value = true
  }).finally(() => {
    asked = null
  })
  return asked
}

/** The question was answered, or put away. */
export function answer(given: boolean): void {
  asking.value = false
  answered?.(given)
}

/** Takes a file that may need a fresh code: what the browser loads by itself could not ask for one. */
export async function download(address: string): Promise<void> {
  if (!(await readSession()).is_fresh && !(await askForCode())) return
  const link = document.createElement('a')
  link.href = address
  link.download = ''
  link.click()
}
