import cameraWords from './cameras.zh-CN'
import runningWords from './running.zh-CN'

const zh = {
  ...cameraWords,
  ...runningWords,
  product: '街镜',
  cancel: '取消',
  save: '保存',
  comma: '、',
  pages: { review: '审核', live: '实时', statistics: '统计', cameras: '摄像机', models: '模型', supervision: '督察', audit: '审计', users: '用户', system: '系统' },
  shell: { skip: '跳到正文', navigation: '页面' },
  connection: {
    idle: '在线', idleLong: '已连接服务器',
    live: '实时', liveLong: '变化会立即显示',
    connecting: '连接中', connectingLong: '正在建立实时连接',
    lost: '已断开', lostLong: '连不上服务器，画面上的内容可能已过时',
  },
  errors: {
    unreachable: '连不上服务器', unreachableHint: '请检查网络。服务器恢复后重试即可，已作出的决定不会丢失。',
    failed: '没能加载', again: '重试',
  },
  statuses: {
    s0: '连不上服务器，请检查网络后重试。', s401: '登录已失效，请重新登录。', s403: '您的角色不能这样做。', s404: '它已经不在了，请刷新。', s409: '事件刚刚发生了变化，已重新载入，请再看一眼。',
    s412: '内容刚被他人修改，请重新打开后再改。', s413: '文件太大，请换一张小一些的。', s429: '操作太频繁，请稍后再试。', s500: '服务器出错，请重试；仍不行请告知运维人员。（{detail}）',
  },
  time: { days: '{days} 天 {hours} 时', hours: '{hours} 时 {minutes} 分', minutes: '{minutes} 分 {seconds} 秒', seconds: '{seconds} 秒' },
  days: { mon: '周一', tue: '周二', wed: '周三', thu: '周四', fri: '周五', sat: '周六', sun: '周日' },
  themes: { system: '跟随系统', light: '浅色', dark: '深色' },
  roles: {
    officer: '执法队员', assistant: '协管员', legal_reviewer: '法制审核', operations: '运维人员', ml_engineer: '算法工程师',
    manager: '管理', supervision: '督察', system_admin: '系统管理员', security_admin: '安全管理员', audit_admin: '审计管理员',
  },
  user: {
    menu: '{name} 的菜单', language: '语言', theme: '外观', signOut: '退出登录', noRole: '尚未授权', badge: '执法证 {no} · 有效期至 {until}',
  },
  signIn: {
    title: '登录', line: '非接触执法：看得清、留得住、说得明。由执法队员决定。', name: '账号', password: '密码', enter: '登录',
    wrong: '账号或密码不对。', locked: '失败次数过多，账号暂时锁定。请稍后再试，或联系系统管理员。',
    forgotten: '忘记密码？请联系系统管理员重置。',
  },
  firstPassword: {
    title: '设置新密码', hint: '首次登录须更换初始密码。至少 {least} 个字符，不要与其他系统相同。',
    now: '当前密码', fresh: '新密码', again: '再输一遍', change: '更换并继续', short: '还不到 {least} 个字符。', differs: '两次输入不一致。',
  },
  waiting: { title: '账号尚未授权', hint: '请安全管理员授予角色和组织后，重新登录。' },
  nowhere: { title: '没有这个页面', hint: '地址有误，或您的角色看不到它。', home: '回到首页' },
  review: { open: '待审核', claimed: '他人处理中', decided: '已决定', second_look: '复核', more_evidence: '待补证' },
  standing: { lead: '线索', supporting: '辅助证据', meets_requirements: '符合证据要求' },
  verdicts: { approved: '已通过', handed_over: '已移交', rejected: '已驳回', more_evidence: '要求补充证据' },
  effects: { negative: '作为误报样本', keep_positive: '标注保留', ignore: '不用于训练' },
  sorts: { deadline: '先到期的在前', '-deadline': '后到期的在前', age: '新的在前', '-age': '旧的在前', '-dwell': '停留久的在前', dwell: '停留短的在前', type: '按类型', '-type': '按类型（倒序）' },
  queue: {
    title: '待审队列', state: '审核状态', search: '地点、摄像机、区域', filter: '筛选', sort: '排序', again: '刷新', type: '类型', any: '不限',
    fresh: '有 {count} 条新事件，点此显示', overdue: '超时 {time}', left: '剩 {time}', incomplete: '证据不完整', cleared: '已离开',
    claimedBy: '{name} 处理中', empty: '没有待审核的事件', emptyHint: '新事件出现时会自动提示，不必刷新。',
    nothing: '没有符合条件的事件', nothingHint: '换一个状态，或清除筛选条件。', count: '{count} 条',
  },
  event: {
    back: '返回队列', mine: '您正在处理', somebody: '他人', observing: '观察期，不产生告警', deadline: '{time} 前处理',
    none: '请选择一个事件', noneHint: '按 J、K 在队列中上下移动。',
  },
  stage: {
    title: '画面', strip: '画面与录像', loading: '正在取回并核对', marks: '标注', closer: '放大', farther: '缩小', fit: '全图',
    nothing: '证据包尚未封存', nothingHint: '违规满时后约数秒封存，完成后自动显示。',
    changed: '文件与封存时不一致，已停止显示', changedHint: '{path} 的摘要与清单不符。请勿据此决定，并通知运维人员。',
  },
  views: {
    first: '首张', last: '末张', subject: '目标', compare: '首末对比', timelapse: '延时', arrival: '停下时', moment: '满时', composite: '合成图',
    after: '离开后', slider: '首张与末张的分界',
  },
  looks: { first_picture: '首张画面', last_picture: '末张画面', subject: '目标近景', seen: '已看', notSeen: '未看' },
  dwell: { observed: '实际观测', bridged: '间断补计', gaps: '间断时段', rule: '规则', limit: '满 {limit} 为违规', spoken: '实际观测 {observed}，间断补计 {bridged}' },
  integrity: {
    sound: '完好，与封存时一致', soundLong: '本机核对 {sound} 个文件的摘要', checking: '正在核对', checkingLong: '已核对 {sound} / {total} 个文件',
    changed: '已被改动', changedLong: '摘要不符：{files}', failed: '无法核对', partly: '已核对部分完好', partlyLong: '本机核对 {sound} / {total} 个文件的摘要；{withheld} 个原始文件未查看',
    none: '尚无证据包', noneLong: '封存后在本机核对摘要',
  },
  originals: {
    denied: '原始画面和录像未作隐私遮挡，您的角色查看遮挡后的副本。',
    offered: '原始画面和录像（{count} 个）未作隐私遮挡。查看前请填写用途，用途记入审计。', purpose: '用途', look: '查看原始画面',
  },
  facts: {
    title: '事件信息', dwell: '停留', still: '停下', violation: '满时', cleared: '离开', lastSeen: '最近看到', stillThere: '仍在', record: '记录',
    standing: '证据地位', completeness: '完整性', complete: '齐全', missing: '缺 {count} 项', noPackage: '尚未封存',
    origin: '来源', receivedFrom: '取自网关', unknown: '未知', clock: '服务器时钟', clock_true: '误差 ≤ 1 秒', clock_false: '误差 > 1 秒', clock_null: '误差未知', code: '防伪码',
    seenBy: '识别', model: '模型', thing: '目标', history: '处理记录',
  },
  attached: { title: '现场照片与复查', photo: '现场照片', recheck: '复查照片', add_photo: '拍照', add_recheck: '复查' },
  rule: {
    title: '当时的规则', version: '规则版本', zone: '区域', limit: '时限', limitValue: '{violation}，间断 ≤ {bridge}', schedule: '时段', daily: '每天',
    permits: '许可', noPermits: '无', agency: '主管机关', shop: '店铺',
  },
  actions: {
    approve: '通过', handOver: '移交线索', reject: '驳回', more: '补充证据', look: '通过前请先看：{what}', decided: '已作出决定', reading: '您的角色只能查看',
    claiming: '正在认领…', notClaimed: '未认领，不能决定', suggesting: '您的意见供执法队员参考', noBadge: '没有有效的执法证，不能通过', badgeExpired: '执法证已过期，不能通过',
  },
  reject: { title: '驳回的理由', hint: '按数字键即驳回，10 秒内可撤销', note: '备注（选“其他”时必填）', needsNote: '选“其他”请写明理由。' },
  approve: {
    title: '通过', handOver: '作为线索移交 {agency}', hint: '已知的内容已填好，请核对', code: '立案事项', plate: '号牌', platePlaceholder: '如 浙H12345', colour: '车身颜色',
    vehicleType: '车辆类型', shop: '店铺名称', note: '备注', notePlaceholder: '选填', choose: '请选择', send: '确认通过', two: '处罚须由两名以上执法人员实施。此处通过的是线索，不是处罚决定。',
  },
  undo: { undo: '撤销', done: '已撤销', late: '撤销时限已过' },
  miss: { mark: '标记漏报', draw: '在漏掉的目标上拖出一个框', title: '标记漏报', hint: '框住的目标没有被识别出来。它会进入训练数据。', label: '这是什么', send: '提交' },
  more: '更多',
  loading: '正在加载',
  statistics: {
    nothing: '暂无数据', period: '期间', days: '{count} 天', alarms: '告警', approved: '通过', rejected: '驳回', pending: '待处理', pendingOf: '其中待处理 {count}',
    median: '处理用时（中位数）', p90: '九成在 {value} 内', minutes: '{value} 分', checks: '质量与成效', by: '分组', by_type: '类型', by_hour: '时段', by_camera: '摄像机', by_zone: '区域',
    by_grid: '网格', by_org: '组织', empty: '这段时间没有告警', emptyHint: '换一个更长的期间。', noisy: '噪声区域', loads: '每人每班处理量', formulas: '计算方法',
    approval: '审核通过率', agreement: '复核一致率', false_approval: '误通过率', relapse: '回潮率', closing: '结案率', timely: '及时解决率',
  },
  cameras: {
    observingCount: '{count} 个观察中',
    search: '名称、编号、地址', empty: '还没有摄像机', emptyHint: '由运维人员导入站点文件：jiejing camera import FILE。', name: '摄像机', condition: '状态', org: '组织', fps: '实际帧率', delay: '延迟',
    lastFrame: '最近一帧', zones: '区域', preset: '预置位 {id}', observing: '观察期', noZones: '尚未划定区域', stream: '视频', source: '地址', size: '画面', since: '自', error: '故障',
    address: '地点', grid: '网格', legal: '合法性记录', notEntered: '未填', legal_review_no: '法制审核文号', legal_review_date: '法制审核日期', legal_technical_review_date: '技术审核日期',
    legal_notice_no: '公告文号', legal_video_approval: '视频使用批准', legal_video_approval_until: '批准有效期',
  },
  conditions: { online: '在线', slow: '延迟大', unfit: '画面不可用', offline: '离线', unwatched: '无人值守', connecting: '连接中', unknown: '未上报' },
  audit: {
    hint: '每条记录都带前一条的摘要，不可更改。核验：jiejing verify --audit', actor: '操作人账号', action: '操作', actionPlaceholder: '操作，如 event.decide', object: '对象编号', since: '开始', until: '结束', search: '查询',
    empty: '没有记录', emptyHint: '放宽查询条件。', when: '时间', who: '操作人', purpose: '目的', change: '变化', show: '查看', address: '来源地址',
  },
  users: {
    hint: '系统管理员建账号，安全管理员授权；谁也不能给自己授权。', search: '姓名、账号、执法证号', create: '新建账号', createHint: '新账号没有任何权限，须由安全管理员授权。', account: '账号', name: '账号', fullName: '姓名', role: '角色', node: '组织',
    badge: '执法证', badgeExpires: '执法证有效期至', until: '至 {day}', expired: '已过期 {day}', state: '状态', active: '使用中', pending: '待授权', disabled: '已停用', firstPassword: '未改初始密码', wholeSite: '全部组织',
    grant: '授权', grantTo: '授权：{name}', inService: '可以登录', reset: '重置密码', resetAsk: '重置 {name} 的密码？重置后须重新授权。', handOver: '{name} 的一次性密码', handOverHint: '只显示这一次。请当面交给本人，首次登录须更换。',
  },
  live: {
    whyTitle: '请说明查看目的', whyHint: '查看实时画面须有目的。目的与您的姓名、时间一并记入审计。', whyPlaceholder: '如：核实 12345 工单 2026-1120', why: '目的：{purpose}', changeWhy: '更改目的', look: '开始查看',
    why_patrol: '视频巡查', why_complaint: '核实举报', why_recheck: '整改复查', why_overdue: '督办检查',
    marks: '标注', allOrgs: '全部组织', noneFits: '没有符合条件的摄像机', openCamera: '放大 {name}', toWall: '返回画面墙', waiting: '等待画面', violations: '{count} 处违规',
    notRunning: '分析未运行', notRunningHint: '没有进程在看这些摄像机，请运维人员启动 jiejing run。恢复后画面自动出现。', unfit: '画面不可用，规则暂停：{why}', every: '每 {seconds} 秒一看',
    standing: '静止目标', nothing: '区域内没有静止的目标。', hidden: '被遮挡', open: '去审核', candidate: '候选', violation: '违规',
  },
  keys: {
    title: '快捷键', move: '下一条、上一条', view: '下一张画面', number: '第几张画面', subject: '目标近景', marks: '标注开关', fit: '全图',
    approve: '通过', reject: '驳回，再按理由的数字', more: '补充证据', undo: '撤销', miss: '标记漏报', cancel: '取消、关闭',
  },
  labels: {
    person: '人', bicycle: '自行车', motorcycle: '摩托车、电动自行车', tricycle: '三轮车', car: '小型汽车', van: '面包车', bus: '客车', truck: '货车',
    stall: '摊位', goods: '货物', table: '桌椅', umbrella: '遮阳伞', garbage: '垃圾', bin: '垃圾桶', bin_overflow: '满溢的垃圾桶', unknown_object: '不明物体',
  },
}

export type Messages = typeof zh
export default zh
