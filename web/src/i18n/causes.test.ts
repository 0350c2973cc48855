import { describe, expect, it } from 'vitest'

import { fieldInChinese, inChinese } from './causes'

describe('a text of the server in Chinese', () => {
  it.each([
    // A template without holes.
    ['is empty; fill it in', '没有填；请填写'],
    // What stands in a hole stays as it is,
    ['there is a camera gate already', '已有编号为 gate 的摄像机；请换一个编号'],
    // also signs that mean something to a regular expression or a replacement.
    ["must be a number, not '$1.*'", "须为数字，不能是 '$1.*'"],
    // The template that knows most of the text, though others fit, too: {0}, not {1} and must be {0}, not {1}.
    ['must be at least 0.1, not 0.05', '不能小于 0.1，现在是 0.05'],
    // and the longer one of those that know as much: {0} ({1}) fits, too.
    ['unknown label x; labels are a (b)', '没有物体类别 x；可用：a (b)'],
    // What fills a hole may be a text of its own,
    [
      'rtsp://10.0.0.9/1: unreachable: the host does not answer',
      'rtsp://10.0.0.9/1：连不上：主机没有应答；请检查电源和网络',
    ],
    ['unknown key; did you mean zones?', '没有这个键；是不是 zones？'],
    // and that in another.
    ['is no PDF, and is damaged: x', '不是 PDF；作为图片，已损坏；请重新上传（x）'],
    // Several causes in one line, of which each may hold the sign between them.
    ['is empty; fill it in; split it', '没有填；请填写；请拆成几份'],
    // A field before its cause, also the place of a field.
    ['id: there is a camera gate already', '编号：已有编号为 gate 的摄像机；请换一个编号'],
    ['presets.0.zones.1.polygon: Field required', '预置位 1，区域 2，范围：必填'],
    // Pydantic's plural is a hole of its own.
    ['String should have at least 1 character', '至少 1 个字；请补全'],
    ['String should have at most 80 characters', '最多 80 个字；请缩短'],
    // The pattern that pydantic shows, in words.
    ["String should match pattern '^[A-Za-z0-9_-]{1,40}$'", '格式不对；要求：1 至 40 个字母、数字、- 或 _'],
    ["String should match pattern '^[0-9]{1,15}$'", '格式不对；要求：1 至 15 位数字'],
    ["must be 'auto', 'keyframe' or 'interval', not 'x'", "只能是 'auto', 'keyframe' 或 'interval'，不能是 'x'"],
    ['view moved: by 12% of the picture, zoom 1.00', '视角已变：偏移画面的 12%，缩放 1.00 倍；请转回原位，或重画区域'],
  ])('%s', (text, said) => {
    expect(inChinese(text)).toBe(said)
  })

  it.each(['[rtsp @ 0x55] something odd', 'a: b', 'one; two', '', '已经是中文'])(
    'is unchanged where it is unknown: %s',
    (text) => {
      expect(inChinese(text)).toBe(text)
    },
  )

  it('says each of many causes', () => {
    const many = Array.from({ length: 20 }, (_, row) => `cameras[${row}].name: is empty; fill it in`)
    const said = many.map((_, row) => `摄像机 ${row + 1}，名称：没有填；请填写`)
    expect(inChinese(many.join('; '))).toBe(said.join('；'))
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
  ])('%s', (path, said) => {
    expect(fieldInChinese(path)).toBe(said)
  })
})
