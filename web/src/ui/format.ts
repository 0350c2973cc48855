/** Words for numbers and times, in the language of the app and the time zone of the site. */
import { computed } from 'vue'

import { i18n } from '@/i18n'

import { SITE_ZONE } from './siteTime'

const language = i18n.global.locale

const formats = computed(() => ({
  day: new Intl.DateTimeFormat(language.value, { timeZone: SITE_ZONE, month: '2-digit', day: '2-digit' }),
  clock: new Intl.DateTimeFormat(language.value, {
    timeZone: SITE_ZONE,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }),
  full: new Intl.DateTimeFormat(language.value, {
    timeZone: SITE_ZONE,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }),
  whole: new Intl.NumberFormat(language.value),
  percent: new Intl.NumberFormat(language.value, { style: 'percent', maximumFractionDigits: 1 }),
}))

/** 09:31:07 */
export const clockTime = (moment: string | number): string => formats.value.clock.format(new Date(moment))
/** 11/21 09:31:07 */
export const dayAndClock = (moment: string): string =>
  `${formats.value.day.format(new Date(moment))} ${clockTime(moment)}`
export const fullTime = (moment: string): string => formats.value.full.format(new Date(moment))
export const whole = (value: number): string => formats.value.whole.format(value)
/** 0.873 as 87.3 % */
export const percent = (share: number): string => formats.value.percent.format(share)

/** A length of time in its two largest units: 3 h 20 min, 5 min 07 s, 12 s. */
export function duration(seconds: number): string {
  const { t } = i18n.global
  const s = Math.max(0, Math.round(seconds))
  const [days, hours, minutes] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60]
  if (days) return t('time.days', { days, hours })
  if (hours) return t('time.hours', { hours, minutes })
  if (minutes) return t('time.minutes', { minutes, seconds: String(s % 60).padStart(2, '0') })
  return t('time.seconds', { seconds: s })
}

/** Bytes as people say them: 640 KB, 3.2 MB. */
export function bytes(size: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(size) / Math.log(1000)))
  const value = size / 1000 ** power
  return `${value.toFixed(power && value < 10 ? 1 : 0)} ${units[power]}`
}
