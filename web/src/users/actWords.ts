/** What an act changes of an account, in a line. */
import type { AccountAct } from '@/api/users'

type Words = (key: string) => string

const SAID: Readonly<Record<string, (value: unknown, t: Words) => string>> = {
  role: (value, t) => t(`roles.${String(value)}`),
  state: (value, t) => t(`acts.state_${String(value)}`),
  full_name: (value, t) => `${t('users.fullName')} ${String(value)}`,
  badge_no: (value, t) => (value ? `${t('users.badge')} ${String(value)}` : ''),
  badge_expires: (value, t) => (value ? `${t('users.badgeExpires')} ${String(value)}` : ''),
}

/** The changes that mean something; an administrator has no node. */
export function changesInWords(changes: AccountAct['changes'], t: Words): string {
  const said = Object.entries(changes).map(([name, value]) => SAID[name]?.(value, t) ?? '')
  return said.filter(Boolean).join(t('comma'))
}
