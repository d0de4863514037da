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
  'tick the call': '勾选通话', 'tick up to here': '勾选至此',
};
