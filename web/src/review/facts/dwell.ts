/** How long a thing has stood, as a bar: which part was observed, which was bridged, and where the rule's limit is. */

export interface Step {
  /** unbroken: not seen to leave; what of it was bridged is not known yet. */
  kind: 'observed' | 'bridged' | 'unbroken'
  seconds: number
}

export interface Stretch extends Step {
  /** 0-1 of the bar. */
  from: number
  share: number
}

export interface DwellBar {
  total_s: number
  stretches: Stretch[]
  /** Where it became a violation, 0-1 of the bar. */
  limitAt: number | null
}

/** The bar is at least as long as the limit, so that a candidate is seen to be one. */
export function dwellBar(steps: readonly Step[], limit_s: number): DwellBar {
  const joined = merged(steps)
  const total_s = joined.reduce((sum, one) => sum + one.seconds, 0)
  const length = Math.max(total_s, limit_s) || 1
  let at = 0
  const stretches = joined.map((one) => {
    const from = at / length
    at += one.seconds
    return { ...one, from, share: one.seconds / length }
  })
  return { total_s, stretches, limitAt: limit_s > 0 ? limit_s / length : null }
}

/** The steps as a manifest has them. */
export function ofSpans(spans: readonly { kind: string; start: string; end: string }[]): Step[] {
  return spans.map(({ kind, start, end }) => ({
    kind: kind === 'bridged' ? 'bridged' : 'observed',
    seconds: (Date.parse(end) - Date.parse(start)) / 1000,
  }))
}

/**
 * The steps between changes of state, where no manifest has them. How much of each step was bridged is known, where in
 * it is not: what was observed is shown first.
 */
export function ofChanges(changes: readonly { observed_s: number; bridged_s: number }[]): Step[] {
  let before = { observed_s: 0, bridged_s: 0 }
  return changes.flatMap((change): Step[] => {
    const steps: Step[] = [
      { kind: 'observed', seconds: change.observed_s - before.observed_s },
      { kind: 'bridged', seconds: change.bridged_s - before.bridged_s },
    ]
    before = change
    return steps
  })
}

function merged(steps: readonly Step[]): Step[] {
  const found: Step[] = []
  for (const { kind, seconds } of steps) {
    const last = found.at(-1)
    if (seconds <= 0) continue
    if (last?.kind === kind) last.seconds += seconds
    else found.push({ kind, seconds })
  }
  return found
}
