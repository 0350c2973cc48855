import { describe, expect, it } from 'vitest'

import { fieldSaid, said } from './messages'

const message = (code: string, params: Record<string, unknown> = {}, text = '') => ({ code, params, text })

describe('a message of the server', () => {
  it.each([
    // A template without holes, and with some.
    [message('api.sign_in_first'), '请先登录'],
    [message('core.value_greater_than_equal', { ge: 0.1 }), '不能小于 0.1'],
    // What stands in a hole stays as it is, also signs that mean something to a replacement.
    [message('core.text', { text: '$1 {text}' }), '$1 {text}'],
    // What fills a hole may be a message itself, and one of several.
    [message('core.located', { where: 'a.yaml:3', cause: message('core.value_missing') }), 'a.yaml:3：必填'],
    [
      message('api.invalid_request', {
        causes: [
          message('api.invalid_field', { field: 'name', cause: message('core.value_missing') }),
          message('api.invalid_field', { field: 'presets.0.zones.1.polygon', cause: message('core.value_list_type') }),
        ],
      }),
      '名称：必填；预置位 1，区域 2，范围：须为列表',
    ],
    // Plain values are joined as a list.
    [message('api.right_missing', { rights: ['a', 'b'] }), '您的角色没有这项权限（a、b）；需要时请联系安全管理员'],
    // One of a newer server is said in the server's words.
    [message('api.not_known_yet', {}, 'the moon is full'), 'the moon is full'],
  ])('%o in Chinese', (one, words) => expect(said(one, 'zh')).toBe(words))

  it('is said in English, too', () => {
    expect(said(message('core.value_missing', { field: 'name' }), 'en')).toBe('name: Field required')
    expect(said(message('api.right_missing', { rights: ['a', 'b'] }), 'en')).toBe('this needs the right a, b')
  })
})

describe('a field in Chinese', () => {
  it.each([
    ['source', '视频地址'],
    ['place.grid', '网格'],
    ['presets.0.zones.1.polygon.2.0', '预置位 1，区域 2，范围 3 1'],
    ['cameras[2].presets[0].zones[1].shop.licence_no', '摄像机 3，预置位 1，区域 2，证照号'],
    // A key that nobody knows, in what is known.
    ['cameras[0].sorce', '摄像机 1，sorce'],
    // A heading that no column has, and what only looks like a known one.
    ['型号', '型号'],
    ['toString', 'toString'],
    ['12', '12'],
    ['', ''],
  ])('%s', (path, words) => expect(fieldSaid(path, 'zh')).toBe(words))
})
