#!/usr/bin/env python3
"""schema_doc_test.py DATABASE-MAKER DOC - docs/schema.md names every table, view and column of a view that there is,
nothing that there is not, and its examples run."""
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

maker, doc = sys.argv[1], open(sys.argv[2], encoding='utf-8').read()
failed = 0


def fail(text):
    global failed
    failed += 1
    print(text)


with tempfile.TemporaryDirectory(prefix='callqa-schema-') as folder:
    path = os.path.join(folder, 'calls.db')
    subprocess.run([maker, '--calls', '60', '--agents', '2', '--days', '40', path], check=True,
                   stderr=subprocess.DEVNULL)
    db = sqlite3.connect(f'file:{path}?mode=ro', uri=True)

    named = set(re.findall(r'`([a-z_0-9]+)`', doc))
    there = {(kind, name) for kind, name in db.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")}
    for kind, name in sorted(there):
        if name not in named:
            fail(f'{kind} {name} is not documented')
    rows = re.findall(r'^\| (`v_[^|]*) \|([^|]*)\|([^|]*)\|$', doc, re.M)
    for names, _, columns in rows:
        for view in re.findall(r'`(v_[a-z_]+)`', names):
            real = [row[1] for row in db.execute(f'PRAGMA table_info({view})')]
            if not real:
                fail(f'there is no view {view}')
            for column in re.findall(r'`([a-z_0-9]+)`', columns):
                if column not in real:
                    fail(f'{view} has no column {column}')
    views = {name for kind, name in there if kind == 'view'}
    told = {v for names, _, _ in rows for v in re.findall(r'`(v_[a-z_]+)`', names)}
    for view in sorted(views - told):
        fail(f'{view} has no row in the table of views')

    examples = re.findall(r'```sql\n(.*?)```', doc, re.S)
    for sql in examples:
        try:
            n = len(db.execute(sql).fetchall())
        except sqlite3.Error as e:
            fail(f'{e}:\n{sql}')
            continue
        if n == 0 and "agent = 'A001'" not in sql:
            fail(f'finds nothing:\n{sql}')
    if len(examples) < 8:
        fail('the examples are gone')

    # a view may not be written to, and the numbers of the day must be those of the calls
    calls, agent_calls = db.execute('SELECT (SELECT count(*) FROM v_calls), (SELECT sum(calls) FROM v_agent_day)').fetchone()
    if calls != 60 or agent_calls != 60:
        fail(f'60 calls, v_calls has {calls}, v_agent_day {agent_calls}')
    one = db.execute('SELECT agent_interruptions, (SELECT count(*) FROM v_events e WHERE e.call_id = v.call_id'
                     " AND type = 'interruption' AND party = 'agent') FROM v_calls v").fetchall()
    for measured, counted in one:
        if measured is not None and measured != counted:
            fail(f'{measured} interruptions measured, {counted} events')

sys.exit(1 if failed else 0)
