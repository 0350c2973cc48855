import { describe, expect, it } from 'vitest'

import { countsOf, figureName, measureName } from './figures'

describe('figures', () => {
  it('are named in both languages', () => {
    expect(measureName('real clips, found', true)).toBe('真实视频：检出')
    expect(measureName('real garbage_v1', true)).toBe('garbage_v1')
    expect(measureName('rendered events', false)).toBe('events')
    const label = (key: string): string => ({ bin: '垃圾桶' })[key] ?? key
    expect(figureName('ap50 bin', true, label)).toBe('AP50 垃圾桶')
    expect(figureName('map50', false, label)).toBe('mAP50')
    expect(figureName('event_recall', true, label)).toBe('召回率')
    expect(figureName('event_recall', false, label)).toBe('event recall')
  })

  it('say on how much they stand', () => {
    expect(countsOf('211 pictures, 1923 boxes', true)).toBe('211 张画面, 1923 个目标')
    expect(countsOf('95 of 102 reports; 78 look-alikes', true)).toBe('102 次上报中 95 次属实；干扰物 78 个')
    expect(countsOf('424 of 447; the network that it began with finds 421', true)).toBe(
      '447 个中 424 个；起始网络 421 个',
    )
    expect(countsOf('95 of 101 events', false)).toBe('95 of 101 events')
  })
})
