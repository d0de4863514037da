#!/usr/bin/env python3
"""records_test.py CALLQA - import of contacts' business data, and what is worked out of them, against hand-worked cases
and a second way to count in plain SQL."""
import csv
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

CALLQA = os.path.abspath(sys.argv[1])
DAY = 86400
BASE = 1793491200  # 2026-11-01T00:00:00Z


def iso(seconds):
    import time
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))


class Records(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='callqa-records-')
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, 'calls.db')

    def callqa(self, *args, code=0):
        env = {k: v for k, v in os.environ.items() if not k.startswith(('LC_', 'LANG', 'CALLQA_'))}
        env.update({'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'en', 'TZ': 'UTC', 'CALLQA_DB': self.path, 'CALLQA_USER': 'importer'})
        done = subprocess.run([CALLQA, *args], env=env, capture_output=True, text=True, check=False, timeout=60,
                              cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done.stdout if code == 0 else done.stderr

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8', newline='') as f:
            f.write(text)
        return path

    def sql(self, text, *args):
        db = sqlite3.connect(f'file:{self.path}?mode=ro', uri=True)
        rows = db.execute(text, args).fetchall()
        db.close()
        return rows

    def shown(self, *args):
        return json.loads(self.callqa('records', 'show', '--json', *args))

    def rows(self, *rows):
        heads = sorted({k for row in rows for k in row})
        path = os.path.join(self.folder, 'rows.csv')
        with open(path, 'w', encoding='utf-8', newline='') as f:
            w = csv.DictWriter(f, heads)
            w.writeheader()
            w.writerows(rows)
        return self.callqa('records', 'import', path)

    def test_the_examples_of_the_manual(self):
        at = lambda day, hour=12: iso(BASE + (day - 1) * DAY + hour * 3600)
        c = lambda n, who, day, agent='A1': {'external_id': n, 'customer': who, 'matter': 'bill', 'agent': agent,
                                             'started_at': at(day)}
        self.rows(c('1', 'C1', 1), c('2', 'C1', 6, 'A2'), c('3', 'C1', 12, 'A2'), c('4', 'C2', 1), c('5', 'C3', 18),
                  {'external_id': '6', 'customer': 'C4', 'started_at': at(20)})  # the data reach the 20th
        m = self.shown('--agent', 'A1')
        self.assertEqual(m['first_contact_resolution'], {'n': 1, 'of': 2})
        self.assertEqual((m['pending'], m['repeat_contacts']), (1, 2))
        self.assertEqual(self.shown('--agent', 'A2')['repeat_contacts'], 0)
        self.assertEqual(self.shown('--window', '4')['first_contact_resolution'], {'n': 4, 'of': 4})

    def test_on_time_and_closed_loop(self):
        t = BASE + 10 * DAY
        rows = [('urgent', {'responded_at': iso(t + 3540)}), ('urgent', {'responded_at': iso(t + 3601)}),
                ('urgent', {}), ('routine', {'responded_at': iso(t + 86400)}), ('complex', {'progressed_at': iso(t + 172801)}),
                ('complex', {'progressed_at': iso(t + 172801), 'resolved_at': iso(t + 1000)}), ('complex', {}),
                ('simple', {'resolved_at': iso(t + 86399)}), ('simple', {'resolved_at': iso(t + 86400)})]
        self.rows(*[{'external_id': str(i), 'started_at': iso(t), 'priority': p, **more} for i, (p, more) in enumerate(rows)],
                  {'external_id': 't1', 'ticket': 'T1', 'started_at': iso(t), 'promised_at': iso(t + 10), 'resolved_at': iso(t + 11)},
                  {'external_id': 't2', 'ticket': 'T2', 'started_at': iso(t), 'resolved_at': iso(t + 99999)},
                  {'external_id': 't3', 'ticket': 'T3', 'started_at': iso(t), 'promised_at': iso(t + 50 * DAY)},
                  {'external_id': 't4', 'ticket': 'T4', 'started_at': iso(t), 'promised_at': iso(t + 5)},
                  {'external_id': 'w1', 'started_at': iso(t), 'wait_s': '30', 'csat': '4', 'nps': '9'},
                  {'external_id': 'w2', 'started_at': iso(t), 'wait_s': '30.5', 'csat': '1', 'nps': '6'})
        m = self.shown()
        # the data reach t + 99999 s: the complex one that waits is not decided, the urgent one is
        self.assertEqual(m['urgent_in_time'], {'n': 1, 'of': 3})
        self.assertEqual(m['routine_in_time'], {'n': 1, 'of': 1})
        self.assertEqual(m['complex_in_time'], {'n': 1, 'of': 2})
        self.assertEqual(m['simple_in_time'], {'n': 1, 'of': 2})
        self.assertEqual(m['closed_loop'], {'n': 1, 'of': 3})
        self.assertEqual(m['answered_in_time'], {'n': 1, 'of': 2})
        self.assertEqual(m['csat'], {'n': 2, 'mean': 2.5, 'sd': 2.12132})
        self.assertEqual((m['promoters'], m['detractors']), ({'n': 1, 'of': 2}, {'n': 1, 'of': 2}))
        self.callqa('records', 'show')

    def test_chains_counted_another_way(self):
        rng = random.Random(5)
        rows = [{'external_id': str(i), 'customer': f'C{rng.randrange(12)}', 'matter': rng.choice(['bill', 'net']),
                 'agent': f'A{rng.randrange(4)}', 'started_at': iso(BASE + rng.randrange(60 * DAY))} for i in range(300)]
        self.rows(*rows)
        end = self.sql('SELECT max(started_s) FROM records')[0][0]
        for agent in ('A0', 'A1', 'A2', 'A3'):
            good = of = pending = repeats = 0
            for key in {(r['customer'], r['matter']) for r in rows}:
                chain = []
                for s, a in self.sql('SELECT started_s, agent FROM records WHERE customer = ? AND matter = ? ORDER BY'
                                     ' started_s, id', *key) + [(10 ** 12, None)]:
                    if chain and s - chain[-1][0] > 7 * DAY:
                        if chain[0][1] == agent:
                            alone, over = len(chain) == 1, chain[-1][0] + 7 * DAY <= end
                            repeats += len(chain) - 1
                            good += alone and over
                            of += over or not alone
                            pending += alone and not over
                        chain = []
                    chain.append((s, a))
            m = self.shown('--agent', agent)
            self.assertEqual(m['first_contact_resolution'], {'n': good, 'of': of})
            self.assertEqual((m['pending'], m['repeat_contacts']), (pending, repeats))

    def test_mapping(self):
        config = self.write('c.json', '{"records": {"columns": {"external_id": "通话编号", "started_at": ["来电时间", "x"],'
                            ' "priority": "级别"}, "priorities": {"紧急": "urgent"}}}')
        data = self.write('d.csv', '\ufeff通话编号,来电时间,级别,reason\r\nK1,2026-11-01 08:00,紧急,"a ""b"",\nc"\r\n\r\n')
        self.assertIn('1 would be new', self.callqa('records', 'import', data, '--config', config, '--dry-run'))
        self.assertEqual(self.sql('SELECT count(*) FROM records'), [(0,)])
        self.callqa('records', 'import', data, '--config', config)
        self.assertEqual(self.sql('SELECT external_id, priority, started_utc, reason FROM v_records'),
                         [('K1', 'urgent', '2026-11-01T08:00:00Z', 'a "b",\nc')])
        self.assertIn('1 the same', self.callqa('records', 'import', data, '--config', config))
        more = self.write('m.json', '{"records": [{"external_id": "K1", "csat": 4}]}')
        self.assertIn('1 changed', self.callqa('records', 'import', more))
        self.assertEqual(self.sql('SELECT csat, reason IS NOT NULL FROM records'), [(4, 1)])
        before, after = self.sql("SELECT before, after FROM v_audit WHERE action = 'records.change'")[0]
        self.assertNotIn('csat', json.loads(before))
        self.assertEqual(json.loads(after)['csat'], 4)
        self.assertEqual(self.sql("SELECT count(*) FROM v_audit WHERE action = 'records.import'"), [(3,)])
        self.callqa('audit', 'verify')

    def test_mistakes(self):
        for name, text, line in (('a.csv', 'external_id,csat\nK1,9\n', ':2'), ('b.csv', 'id\nK1\n', 'external_id'),
                                 ('c.csv', 'external_id,csat\nK1,4\n,3\n', ':3'), ('d.csv', '', 'empty'),
                                 ('e.csv', 'external_id\n"K1\n', ':2'), ('f.csv', 'external_id\nK1,2\n', ':2'),
                                 ('g.csv', 'external_id,started_at\nK1,soon\n', ':2'), ('h.json', '[1]', 'object'),
                                 ('i.csv', 'external_id,priority\nK1,high\n', ':2'), ('j.json', '{}', 'list'),
                                 ('k.csv', 'external_id,external_id\nK1,K2\n', ':1'), ('n.csv', 'external_id\nK\0x\n', ':2')):
            self.assertIn(line, self.callqa('records', 'import', self.write(name, text), code=1), name)
        self.assertEqual(self.sql('SELECT count(*) FROM records'), [(0,)])
        bad = self.write('c.json', '{"records": {"columns": {"externl": "x"}}}')
        self.assertIn('externl', self.callqa('records', 'import', 'a.csv', '--config', bad, code=4))
        self.callqa('records', 'import', code=2)
        self.assertIn('csat', self.callqa('records', 'fields'))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
