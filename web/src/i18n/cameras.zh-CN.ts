/** Words of adding, drawing, importing, and of the second person. */
const zh = {
  adding: {
    button: '添加摄像机', title: '添加摄像机', source: '视频地址', transport: '传输', usual: '默认', try: '试连', probing: '正在连接并测量，约 5 秒', notTried: '填写地址后点“试连”，先看画面再添加。', reached: '已连通',
    codec: '编码', gop: '关键帧间隔', rate: '码率', id: '编号', idHint: '国标 20 位编号，或字母、数字', name: '名称', noOrg: '不属于任何组织', address: '地点', heading: '朝向', headingHint: '如：东向西', grid: '网格', lon: '经度', lat: '纬度',
    next: '添加后接着画区域。', create: '添加并画区域', edit: '修改：{name}', change: '修改信息', hidden: '*** 表示已保存的密码，不改动即保留；换地址须写全。', detectSource: '子码流（用于识别）', optional: '选填',
    mode: '抽帧方式', mode_auto: '自动', mode_keyframe: '只取关键帧', mode_interval: '按间隔', interval: '抽帧间隔（秒）', remove: '移除', removeAsk: '移除 {name}？事件和证据保留；有区域在告警时，须第二人确认。',
    emptyHint: '添加一台，或从表格批量导入。新站点先导入站点文件（YAML）。',
  },
  importing: {
    hint_id: '国标 20 位编号，或 40 个以内的字母、数字、- 和 _；不可重复；表格中设为文本格式', hint_name: '必填，80 字以内', hint_source: '以 rtsp:// 或 rtsps:// 开头；密码中的 {\'@\'} : / 须转义；不能是本服务器的地址', hint_detect_source: '同视频地址；不用子码流就留空', hint_org: '组织须先由系统管理员建立，且在您的辖区内', hint_grid: '1 至 15 位数字', hint_lon: '数字，如 118.62', hint_lat: '数字，如 28.74', hint_mode: 'auto、keyframe 或 interval', hint_interval_s: '0.1 至 60 的秒数', hint_legal: '合法性记录由法制审核逐台录入，请从文件中删去',
    button: '批量导入', export: '导出', as_xlsx: 'Excel 表格（XLSX）', as_csv: 'CSV 表格', as_yaml: '站点文件（YAML，含区域）', title: '批量导入摄像机', drop: '把文件拖到这里，或点此选择', another: '点此换一个文件', kinds: 'XLSX、CSV（UTF-8 或 GBK）、YAML；先检查，不会立即写入',
    columns: '表格的列', columnsHint: '首行为列名，中英文均可，顺序不限；编号、名称、视频地址必填。编号列请设为文本格式。已有的摄像机保留区域，空格表示不改。', kind: '只接受 .xlsx、.csv、.yaml 文件。', faults: '{count} 处错误', added: '新增', changed: '修改', waits: '待第二人确认', same: '不变',
    onlyFaults: '错误', cameras: '摄像机', row: '行', field: '列', cause: '问题与处理', effect: '结果', nothingTaken: '改好文件后重新拖入。有错误时整份文件都不写入。', dry: '检查通过，尚未写入。', take: '导入 {count} 台', applied: '已导入 {count} 台', appliedHint: '正在运行的分析会在几秒内接上。接着给新摄像机画区域。', close: '完成',
  },
  zones: {
    validFromShort: '自', validToShort: '至', edit: '编辑区域', back: '返回摄像机', presets: '预置位', addPreset: '添加预置位', removePreset: '删除此预置位', tools: '绘制工具', newZone: '画区域', newMask: '画隐私遮挡', rectangle: '放一个矩形', copy: '复制区域', undo: '撤销', redo: '重做', again: '重新取画面',
    picture: '摄像机当前画面', looking: '正在取画面…', noPicture: '取不到画面，可在空白上修改。', list: '区域与遮挡', nothing: '还没有区域。点“画区域”，在画面上逐点勾出地面范围。', mask: '隐私遮挡 {number}', maskHint: '遮挡范围在识别前涂黑，所有画面上都看不到。', removeMask: '删除遮挡', saved: '已保存，几秒内生效',
    reason: '变更说明（选填，第二人可见）', leave: '有修改尚未保存，确定离开？', point: '第 {number} 点，横 {x}%，纵 {y}%', addPoint: '在此加一个点', draw_zone: '点击画面逐点勾画；点回起点或按回车完成，退格删上一点，Esc 取消', draw_mask: '勾出要涂黑的范围；点回起点或按回车完成，Esc 取消', draw_permit: '勾出许可的范围；点回起点或按回车完成，Esc 取消',
    editHint: '拖动圆点改形，拖边上小点加点；选中圆点后方向键微调（Shift 十倍），Delete 删点', fault_crossing: '边线不能交叉，已退回。', fault_few: '至少要三个点。', fault_flat: '范围没有面积，请拉开各点。', fault_id: '区域编号只能用字母、数字、- 和 _，且不能重复。', fault_permit_no: '许可须填写许可文号。',
    name: '名称', id: '编号', violation: '违规类型', inForce: '启用告警', inForceHint: '满时即告警并封存证据', observing: '只观察', observingHint: '记录事件，不产生告警；到期自动启用，也可提前启用', times: '时限', violation_after_s: '满时违规', candidate_after_s: '静止判定', bridge_gap_s: '允许间断', seconds: '秒', default: '默认 {value}',
    schedule: '生效时段', days: '星期', day_mon: '一', day_tue: '二', day_wed: '三', day_thu: '四', day_fri: '五', day_sat: '六', day_sun: '日', from: '开始', to: '结束', addHours: '加一段时段', removeHours: '删除这段时段',
    permits: '许可（疏导点、夜市、装卸）', noPermits: '没有许可。', permitNo: '许可文号', addPermit: '添加许可', removePermit: '删除许可', validFrom: '许可开始日期', validTo: '许可结束日期（不含）', permitPart: '只许可其中一块', permitWhole: '改为整个区域',
    more: '更多', exempt: '不算违规的物体', attended: '有人看管', attended_ignore: '不区分', attended_attended: '有人看管才算', attended_unattended: '无人看管才算', agency: '主管机关', agencyOurs: '本机关；填写其他机关则只移交线索', shop: '店铺', licence: '证照号', minScore: '最低置信度 {value}', minScoreShort: '最低置信度', remove: '删除区域',
    copyTitle: '复制区域', copyFrom: '从', thisCamera: '本摄像机的其他预置位', copyNothing: '那里没有可复制的区域。', copyHint: '许可不会复制；复制来的区域先观察一周。', copyCount: '复制 {count} 个',
  },
  observing: {
    until: '观察期至 {when}', because_budget: '自动退回观察期：当日告警超出预算（{count}/{limit}）', because_rejected: '自动退回观察期：近 7 天审核不通过过多（{count}/{limit}）', since: '{when} 起', count: '{count} 个自动退回观察期', short: '自动退回', hint: '记录事件，不产生告警；直到手动启用', end: '观察期至', endless: '直到手动启用', budget: '每日告警预算', perDay: '件/日',
  },
  secondPerson: {
    before: '现在', after: '改后', title: '变更待第二人确认', removal: '移除摄像机待第二人确认', asked: '{name} 提出 · {when}', untilThen: '确认之前，原规则继续有效。', note: '意见（选填）', confirm: '同意生效', reject: '不同意', withdraw: '撤回', count: '待确认 {count}', list: '待第二人确认的变更', chip: '待确认',
  },
  takes: {
    zone_removed: '删除区域', zone_smaller: '区域缩小', zone_covered: '区域被遮挡', type_changed: '更换违规类型', alarms_off: '停止告警', limit_longer: '时限放宽', gap_shorter: '允许间断缩短', score_higher: '置信度提高', hours_fewer: '生效时段减少', permit_added: '新增许可', exemption_added: '新增豁免物体',
    attended_narrower: '看管条件收窄', agency_changed: '改由其他机关主管', budget_lower: '告警预算降低', preset_unwatched: '预置位不再监看', mask_smaller: '隐私遮挡缩小',
  },
  legal: {
    sign: '现场告示牌', signLong: '现场已设置告示牌', yes: '已设置', no: '未设置', enter: '录入合法性记录', attach: '附上文件（PDF 或照片）', replace: '换一份文件（不换则沿用现有）', needsDocument: '请附上所依据的文件。', history: '录入历史（{count}）',
  },
}

export default zh
