/** What a zone's rule says, field by field, in words with units. */
import { useI18n } from 'vue-i18n'

import type { Hours, Permit, Zone, ZoneType } from '@/api/cameras'
import { dayAndClock, duration } from '@/ui/format'
import { nameOf } from '@/ui/names'
import { siteDay } from '@/ui/siteTime'

import type { Field } from './changes'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export function useRuleWords(types: () => readonly ZoneType[]) {
  const { t, locale } = useI18n()
  const listed = (texts: readonly string[]): string => texts.join(t('comma')) || t('changes.none')

  function days(those: Hours['days']): string {
    if (those.length === DAYS.length) return t('rule.daily')
    const [first = 'mon'] = those
    const from = DAYS.indexOf(first)
    const inRow = those.length > 2 && those.every((day, index) => day === DAYS[from + index])
    if (inRow) return t('changes.daysFromTo', { from: t(`days.${first}`), to: t(`days.${those.at(-1) ?? first}`) })
    return listed(those.map((day) => t(`days.${day}`)))
  }

  const hours = (schedule: readonly Hours[]): string =>
    schedule
      .map((one) => {
        const whole = one.from === '00:00' && one.to === '24:00'
        return `${days(one.days)} ${whole ? t('changes.allDay') : `${one.from}–${one.to}`}`
      })
      .join(t('changes.and'))

  function permit(one: Permit): string {
    const from = one.valid_from && t('changes.from', { day: siteDay(one.valid_from) })
    const until = one.valid_to && t('changes.until', { day: siteDay(one.valid_to) })
    const part = t(one.polygon ? 'changes.part' : 'changes.whole')
    const what = [from, until, hours(one.schedule), part].filter(Boolean).join(t('comma'))
    return t('changes.permit', { no: one.permit_no, what })
  }

  const seconds = (value: number | null | undefined): string =>
    value === null || value === undefined ? t('changes.usual') : duration(value)

  const say: { [field in Field]: (zone: Zone) => string } = {
    name: (zone) => zone.name || zone.id,
    violation: (zone) => {
      const type = types().find((one) => one.key === zone.violation)
      return type ? nameOf(type, locale.value) : zone.violation
    },
    violation_after_s: (zone) => seconds(zone.violation_after_s),
    candidate_after_s: (zone) => seconds(zone.candidate_after_s),
    bridge_gap_s: (zone) => seconds(zone.bridge_gap_s),
    reopen_within_s: (zone) => seconds(zone.reopen_within_s),
    schedule: (zone) => hours(zone.schedule),
    permits: (zone) => listed(zone.permits.map(permit)),
    exempt: (zone) => listed(zone.exempt.map((label) => t(`labels.${label}`))),
    attended: (zone) => (zone.attended ? t(`zones.attended_${zone.attended}`) : t('changes.usual')),
    agency: (zone) => zone.agency || t('changes.ours'),
    shop: (zone) => [zone.shop?.name, zone.shop?.licence_no].filter(Boolean).join(' ') || t('changes.none'),
    min_score: (zone) => zone.min_score.toFixed(2),
    observe: (zone) => {
      if (!zone.observe) return t('zones.inForce')
      return zone.observe_until ? t('observing.until', { when: dayAndClock(zone.observe_until) }) : t('zones.observing')
    },
    daily_budget: (zone) => t('changes.perDay', { count: zone.daily_budget }),
  }

  const LABELS: { [field in Field]?: string } = {
    reopen_within_s: 'changes.reopen',
    min_score: 'zones.minScoreShort',
    observe: 'changes.state',
    daily_budget: 'observing.budget',
    permits: 'changes.permits',
  }
  return {
    label: (field: Field): string => t(LABELS[field] ?? `zones.${field}`),
    value: (field: Field, zone: Zone): string => say[field](zone),
  }
}
