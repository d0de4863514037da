// Words of the table of calls, its filters, saved queries and assignments, and of the dashboard.
export const zhLists = {
  'Status': '状态', 'any status': '任意状态', 'status: new': '未评', 'status: mine': '待我评', 'status: done': '已评', 'status: disputed': '申诉中',
  'Waits for': '待评人：', 'Reviewed by': '评分人：', 'Remove': '移除', 'overdue': '已逾期', 'Until': '截止', 'Tick call': '勾选通话',
  'Tick all that are loaded': '勾选已载入的全部通话', 'Columns': '列', 'Columns …': '列…', 'Show': '显示', 'Search the names': '搜索名称',
  'Names that a condition can use': '条件可用的名称', 'Saved queries': '已存查询', 'Save or change …': '保存或修改…', 'Save': '保存',
  'Name of the query': '查询名称', 'shared': '共享', 'Share': '共享', 'Stop sharing': '取消共享', 'Rename': '改名', 'Replace': '替换',
  'Put the filter of the table in its place': '用当前筛选条件替换', 'None yet.': '暂无。', 'The query is saved.': '查询已保存。',
  'The table as it is now, under the name': '将当前表格存为', 'for everybody': '所有人可见', 'Assign …': '分派…', 'Assign calls': '分派通话',
  'Assign {n} ticked …': '分派勾选的 {n} 通…', '{n} of {m} calls are assigned.': '已分派 {m} 通中的 {n} 通。', '{n} ticked calls': '勾选了 {n} 通通话',
  'The first of the {n} calls that the filter finds': '筛选所得 {n} 通中的前几通', 'only calls that nobody is to review': '仅限尚无人评分的通话',
  'To whom (several: the one with the least work first)': '分派给（多人时先给任务最少者）', '{n} waiting': '待评 {n} 通', 'Assign': '分派',
  'Dashboard': '看板', 'Figures': '指标', 'Reviewers': '质检员', 'Recordings': '录音入库', 'Agreement': '一致性', 'Days': '天数', '{n} days': '{n} 天',
  'Department': '部门', 'By': '分组', 'unknown': '未知', 'too few calls to tell a trend': '通话太少，看不出趋势', 'no clear change': '无明显变化',
  'rises by {n}': '上升 {n}', 'falls by {n}': '下降 {n}', '← → choose a point, Enter opens its calls': '← → 选择数据点，回车打开对应通话',
  'no value': '无数值', 'The same as a table': '以表格显示', 'Calls by response time (median of the call)': '通话按应答时间分布（每通中位数）',
  'Means with their 95 % interval. Coloured: better or worse than all calls together by more than chance. Names choose, numbers open the calls.':
    '均值及其 95% 区间。着色表示明显好于或差于全部通话（排除偶然）。点名称筛选，点数字打开通话。',
  '{n} days are being summed up …': '正在汇总 {n} 天的数据…', 'No call of these days has a start.': '这些日期没有带开始时间的通话。',
  'Line: mean of the calls. Band: its 95 % interval. Dashed: mean of all days. Points of fewer than 5 calls are in the table only. Days are UTC.':
    '实线：通话均值。色带：95% 区间。虚线：全部日期的均值。少于 5 通的点仅见于表格。日期按 UTC。',
  'waiting': '待评', 'drafts': '草稿', 'submitted in {n} days': '{n} 天内提交', 'job: queued': '排队', 'job: running': '分析中', 'job: settling': '等待写完',
  'job: done': '完成', 'job: failed': '失败', 'job: quarantined': '隔离', 'job: ignored': '忽略', 'behind': '积压', 'done in 24 h': '24 小时内完成',
  'failed in 24 h': '24 小时内失败', 'last done': '最近完成', 'Recordings that failed, or are being analysed': '失败或正在分析的录音',
  'Source': '来源', 'Attempts': '尝试次数', 'Changed': '变更时间', 'Try again': '重试', 'None.': '无。', '{file} will be looked at again.': '将重新处理 {file}。',
  'No review has been submitted yet.': '尚未提交任何评分。', 'Item': '项目', 'Machine and reviewers (kappa)': '系统与质检员（kappa）',
  'Reviewers among themselves (alpha)': '质检员之间（alpha）', 'same score': '同分', 'machine higher by': '系统偏高', 'All items': '全部项目',
  '1 is full agreement, 0 chance. Above 0.8 is good, below 0.67 too little to rely on (Krippendorff 2004); both are marked.':
    '1 为完全一致，0 为偶然。高于 0.8 为良好，低于 0.67 不足为据（Krippendorff 2004）；图中标出两条界线。',
  'tick the call': '勾选通话', 'tick up to here': '勾选至此',
};
