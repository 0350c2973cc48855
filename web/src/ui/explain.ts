import { ApiError } from '@/api/client'
import { i18n } from '@/i18n'
import { fieldSaid, type Language, type Message, said } from '@/i18n/messages'

/** Of an answer without words, as of something between us and the server, the status has to do. */
const STATUSES = [403, 404, 409, 412, 413, 429] as const

const language = (): Language => (i18n.global.locale.value === 'zh-CN' ? 'zh' : 'en')

/** A message of the server in the language of the app; empty for none. */
export function inWords(message: Message | null | undefined): string {
  return message ? said(message, language()) : ''
}

/** A field that the server names, in the language of the app. */
export function fieldInWords(path: string): string {
  return fieldSaid(path, language())
}

/** What is wrong with each field, for a form that shows it there. */
export function faultsOf(error: unknown): Record<string, string> {
  const faults = error instanceof ApiError ? error.faults : []
  return Object.fromEntries(faults.map((fault) => [fault.field, inWords(fault)]))
}

/** What went wrong, and what to do, for people. */
export function explain(error: unknown): string {
  const { t } = i18n.global
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  if (error.status === 0 || error.status === 401) return t(`statuses.s${error.status}`)
  if (error.status >= 500) return t('statuses.s500', { detail: inWords(error.said) || error.status })
  const known = STATUSES.find((status) => status === error.status)
  return inWords(error.said) || (known ? t(`statuses.s${known}`) : String(error.status))
}
