/** System, models, supervision. */
const zh = {
  system: {
    hint: '本机与本系统的运行状况，每 15 秒刷新。', asOf: '{time} 的状态', sound: '一切正常', faulty: '需要处理', yes: '是', no: '否', fine: '正常', fault: '故障',
    analysis: '分析', running: '正在运行', noCameras: '还没有摄像机', notWatched: '分析未运行：最后上报于 {time}。请运维人员启动 jiejing run。', reported: '最后上报 {time}', toCameras: '查看摄像机',
    queues: '待办', to_seal: '待封存', to_decide: '待审核', overdue: '已超时', more_evidence: '待补证', second_look: '待复核',
    clock: '服务器时钟', method: '获知方式', method_adjtimex: '内核（NTP）', method_unknown: '未知', synchronised: 'NTP 同步', offset: '偏差', maxError: '最大误差', zone: '站点时区',
    disk: '磁盘', fullIn: '照近七天的速度，约 {days} 天后写满（{day}）', fullUnknown: '尚不能推算何时写满', pace: '每天封存 {count} 个证据包', least: '剩余不足 {size} 时停止录像', counting: '正在统计各目录…',
    folder_packages: '证据包', folder_ring: '环形录像', folder_drafts: '证据草稿', folder_attachments: '现场照片', folder_models: '模型', folder_quiet: '无告警抽样', folder_others: '其他', folder_free: '可用',
    checks: '自检', check_ffmpeg: 'ffmpeg', check_font: '中文字体', check_home: '数据目录', check_database: '数据库', check_signing_key: '签名密钥', check_models: '模型', check_clock: '时钟',
    fault_ffmpeg: '缺少 ffmpeg，无法取流。', fault_font: '缺少中文字体，图片标注不完整。', fault_home: '数据目录不可写或空间不足。', fault_database: '数据库打不开，或版本不符。', fault_signing_key: '签名密钥不可用，无法封存证据。',
    fault_models: '没有可用的模型，摄像机无人识别。', fault_clock: '时钟误差可能超过 1 秒，请配置 NTP。',
    versions: '版本', software: '软件', models: '在用模型', database: '数据库', schema: '库结构', schemaWanted: '应为 {wanted}',
  },
  models: {
    hint: '哪些模型在看、凭什么、看得怎样。更换须有理由，数秒内生效，停留计时不中断。', export: '导出训练数据', exportHint: '已审结事件及其画面，打成一个 .zip，可在任意机器上由 jiejing dataset harvest 导入。隐私遮挡区已涂黑，下载记入审计。',
    exportRange: '结论生效时间', exportLabels: '类别（不选为全部）', exportPurpose: '这些画面的用途', download: '下载',
    inUse: '在用', inShadow: '影子运行', beginShadow: '影子运行', endShadow: '结束影子运行', promote: '启用', promoteTo: '启用 {name}', rollBack: '回退', rollback: '回退', forced: '强制',
    promoteHint: '将取代在用的：{now}', rollBackHint: '恢复到上一次在用的模型，取代：{now}', reason: '理由', reasonPlaceholder: '记入历史和审计', objected: '准入检查不同意', force: '我了解风险，仍然启用（历史中标为强制）',
    limits: '不可依赖：', labels: '识别类别', trainedOn: '训练数据', licence: '许可', input: '输入', speed: '每帧 {ms} ms', figures: '评测数字', noFigures: '没有评测数字。',
    ground_real: '真实画面', ground_realLong: '在未参与训练的真实画面上测得', ground_mixed: '真实与渲染混合', ground_mixedLong: '验证集含渲染街道，不代表真实街道上的准确率', ground_rendered: '回归检查', ground_renderedLong: '仅在渲染街道上测得，只说明有没有变坏，不是准确率',
    measure: '项目', value: '数值', check: '检查值', interval: '95% 区间', asked: '要求', counts: '样本',
    shadowOf: '影子运行：{name}', shadowHint: '候选模型与在用模型看同样的画面，不产生告警。没有真值，只比较差异。', frames: '{cameras} 台摄像机，已看 {frames} 帧（至少 {least}）', passes: '准入检查通过，可以启用。',
    thing: '目标', both: '都看到', onlyInUse: '仅在用', onlyCandidate: '仅候选', violationsOf: '违规：{name}', group_vehicle: '机动车', group_two_wheeler: '两轮车',
    history: '更换历史', noHistory: '没有更换过。',
  },
  supervision: {
    hint: '驳回与豁免，按执法队员、号牌、店铺；每个数字都能点到事件。查看记入审计。', by: '分组', by_officer: '执法队员', by_plate: '号牌', by_shop: '店铺', none_officer: '未知', none_plate: '未登记号牌', none_shop: '未登记店铺',
    decided: '决定', rejected: '驳回', rejectShare: '驳回率（95% 区间）', exempted: '豁免', exemptShare: '豁免率（95% 区间）', reasons: '理由', openRejected: '查看 {name} 的驳回', openExempted: '查看 {name} 的豁免',
    empty: '这段时间没有决定', note: '只计已生效的首次决定，盲审复核不计。豁免指目标属实而不予追究的驳回：执行公务、已获许可、停在泊位内、当场改正。样本少时区间宽，不足以下结论；这里不给人打分。',
  },
}

export type RunningWords = typeof zh
export default zh
