/** Why live pictures are looked at. Said once until the page is loaded anew or somebody else signs in. */
import { computed, shallowRef } from 'vue'

import { user } from '@/session/session'

const said = shallowRef<{ by: number; text: string } | null>(null)

export const purpose = computed(() => (said.value && said.value.by === user.value?.user_id ? said.value.text : ''))
/** The work of operations is purpose enough. */
export const purposeNeeded = computed(() => user.value?.role !== 'operations')

export function sayPurpose(text: string): void {
  if (user.value) said.value = { by: user.value.user_id, text: text.trim() }
}
