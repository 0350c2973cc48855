/** Who is signed in, for every part of the app. */
import { computed, ref } from 'vue'

import { ApiError, useCsrfToken } from '@/api/client'
import * as server from '@/api/session'

/** Of a password, in characters; the server judges how easily it is guessed, too. */
export const SHORTEST = 10

const current = ref<server.Session | null>(null)

export const session = computed(() => current.value)
export const user = computed(() => current.value?.user ?? null)

/** Whether the user holds that right; the server decides, the app only does not offer the rest. */
export const may = (right: server.Right): boolean => current.value?.rights.includes(right) ?? false

/** Asks the server who is signed in; nobody is no error.
 * @throws ApiError */
export async function recall(): Promise<void> {
  try {
    hold(await server.readSession())
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    hold(null)
  }
}

/** @throws ApiError */
export async function signIn(name: string, password: string, code?: string): Promise<void> {
  hold(await server.signIn(name, password, code))
}

/** @throws ApiError */
export async function signOut(): Promise<void> {
  await server.signOut()
  hold(null)
}

/** @throws ApiError */
export async function changePassword(now: string, fresh: string): Promise<void> {
  hold(await server.changePassword(now, fresh))
}

/** The server forgot the session. */
export const forget = (): void => hold(null)

function hold(found: server.Session | null): void {
  current.value = found
  useCsrfToken(found?.csrf_token ?? '')
}
