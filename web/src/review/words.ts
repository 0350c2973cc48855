/** Names that the server's tables give in both languages. */
import { useI18n } from 'vue-i18n'

import { nameOf } from '@/ui/names'

import type { Named } from './model'
import { tables } from './tables'

export function useWords() {
  const { locale } = useI18n()
  const name = (one: Named): string => nameOf(one, locale.value)
  const find = (rows: readonly Named[], key: string): string => {
    const found = rows.find((one) => one.key === key)
    return found ? name(found) : key
  }
  return {
    name,
    violation: (key: string): string => find(tables.value.types, key),
    reason: (key: string): string => find(tables.value.reasons, key),
  }
}
