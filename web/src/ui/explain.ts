import { ApiError } from '@/api/client'
import { i18n } from '@/i18n'

const KNOWN = [0, 401, 403, 404, 409, 412, 413, 429] as const

/** What went wrong, for people: in their language where the status says enough, else in the server's own words. */
export function explain(error: unknown): string {
  const { t } = i18n.global
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  const known = KNOWN.find((status) => status === error.status)
  if (known !== undefined) return t(`statuses.s${known}`)
  return error.status >= 500 ? t('statuses.s500', { detail: error.message }) : error.message
}
