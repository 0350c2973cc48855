/** Names that the server's tables give in both languages. */
import { useI18n } from 'vue-i18n'

import { nameOf } from '@/ui/names'

import type { Decision, Named } from './model'
import { tables } from './tables'

export function useWords() {
  const { t, locale } = useI18n()
  const name = (one: Named): string => nameOf(one, locale.value)
  const find = (rows: readonly Named[], key: string): string => {
    const found = rows.find((one) => one.key === key)
    return found ? name(found) : key
  }
  const reason = (key: string): string => find(tables.value.reasons, key)
  const verdict = ({ kind, verdict: given }: Pick<Decision, 'kind' | 'verdict'>): string =>
    t(`${kind === 'suggestion' ? 'suggestions' : 'verdicts'}.${given}`)
  return {
    name,
    violation: (key: string): string => find(tables.value.types, key),
    reason,
    verdict,
    /** With its reason. */
    decision: (one: Decision): string => [verdict(one), one.reason && reason(one.reason)].filter(Boolean).join(' · '),
  }
}
