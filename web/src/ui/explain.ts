import { ApiError } from '@/api/client'
import { i18n } from '@/i18n'
import { fieldInChinese, inChinese } from '@/i18n/causes'

/** Of an answer without words, as of something between us and the server, the status has to do. */
const STATUSES = [403, 404, 409, 412, 413, 429] as const

/** A text of the server in the language of the app. */
export function inWords(text: string): string {
  return i18n.global.locale.value === 'zh-CN' ? inChinese(text) : text
}

/** A field that the server names, in the language of the app. */
export function fieldInWords(path: string): string {
  return i18n.global.locale.value === 'zh-CN' ? fieldInChinese(path) : path
}

/** What is wrong with each field, for a form that shows it there. */
export function faultsOf(error: unknown): Record<string, string> {
  const faults = error instanceof ApiError ? error.faults : []
  return Object.fromEntries(faults.map(({ field, cause }) => [field, inWords(cause)]))
}

/** What went wrong, and what to do, for people. */
export function explain(error: unknown): string {
  const { t } = i18n.global
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  if (error.status === 0 || error.status === 401) return t(`statuses.s${error.status}`)
  if (error.status >= 500) return t('statuses.s500', { detail: told(error) || error.status })
  const known = STATUSES.find((status) => status === error.status)
  return told(error) || (known ? t(`statuses.s${known}`) : String(error.status))
}

/** What the server said: fault by fault, since in one line it cannot be told where one ends. */
function told({ message, faults }: ApiError): string {
  if (i18n.global.locale.value !== 'zh-CN' || !faults.length) return inWords(message)
  return faults.map(({ field, cause }) => (field ? `${fieldInChinese(field)}：` : '') + inChinese(cause)).join('；')
}
