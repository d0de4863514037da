#!/usr/bin/env python3
"""commands_test.py CALLQA DATABASE-MAKER - list, query, show and db, their answers checked by plain SQL on the views."""
import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

CALLQA, MAKER = (os.path.abspath(a) for a in sys.argv[1:3])
N_CALLS = 250


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='callqa-commands-')
        cls.path = os.path.join(cls.folder, 'calls.db')
        subprocess.run([MAKER, '--calls', str(N_CALLS), '--agents', '5', '--days', '100', cls.path], check=True,
                       stderr=subprocess.DEVNULL)
        cls.db = sqlite3.connect(f'file:{cls.path}?mode=ro', uri=True)

    @classmethod
    def tearDownClass(cls):
        cls.db.close()
        shutil.rmtree(cls.folder)

    def callqa(self, *args, db=None):
        env = {k: v for k, v in os.environ.items() if not k.startswith(('LC_', 'LANG', 'CALLQA_'))}
        env.update({'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'en', 'TZ': 'UTC', 'CALLQA_DB': db or self.path, 'COLUMNS': '120'})
        done = subprocess.run([CALLQA, *args], env=env, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def ids(self, *args):
        code, out, err = self.callqa('query', '--format', 'json', *args)
        self.assertEqual(code, 0, err)
        return [json.loads(line)['id'] for line in out.splitlines()]

    def sql(self, text, *args):
        return [row[0] for row in self.db.execute(text, args)]

    def test_filters(self):
        flag = self.sql('SELECT flag FROM v_flags GROUP BY flag ORDER BY count(*) DESC LIMIT 1')[0]
        order = ' ORDER BY started_utc DESC, call_id DESC'
        for args, where in [
                ((), '1'),
                (('--flag', flag), f"(' ' || flag_list || ' ') LIKE '% {flag} %'"),
                (('--agent', 'A003'), "agent = 'A003'"),
                (('--severity', 'warning'), "severity IN ('warning', 'critical')"),
                (('--where', 'agent.interruptions_per_min > 1 and duration_s > 60'),
                 'agent_interruptions_per_min > 1 AND duration_s > 60'),
                (('--where', 'not (score < 4.8 or hold_count = 0)'), 'NOT (score < 4.8 OR hold_count = 0)'),
                (('--where', 'longest_dead_air_s is null and queue in (sales, vip)'),
                 "longest_dead_air_s IS NULL AND queue IN ('sales', 'vip')"),
                (('--where', 'closing_by = customer'), "closing_by = 'customer'")]:
            expected = self.sql(f'SELECT call_id FROM v_calls WHERE {where}{order}')
            self.assertTrue(expected, where)
            self.assertEqual(self.ids(*args), expected, args)
            code, out, _ = self.callqa('query', '--count', *args)
            self.assertEqual((code, out), (0, f'{len(expected)}\n'))

    def test_dates(self):
        day = self.sql('SELECT day_utc FROM v_calls ORDER BY call_id LIMIT 1 OFFSET 100')[0]
        expected = self.sql('SELECT call_id FROM v_calls WHERE day_utc = ? ORDER BY started_utc DESC, call_id DESC', day)
        self.assertTrue(expected)
        self.assertEqual(self.ids('--since', day, '--until', day), expected)
        self.assertEqual(self.ids('--where', f'started_at = {day}'), expected)

    def test_items(self):
        expected = self.sql("SELECT call_id FROM v_items WHERE item = 'listening' AND score < 4.5 ORDER BY call_id")
        self.assertTrue(expected)
        self.assertEqual(self.ids('--where', 'item.listening < 4.5', '--order', 'id'), expected)

    def test_order_and_pages(self):
        expected = self.sql('SELECT call_id FROM v_calls ORDER BY score, call_id')
        self.assertEqual(self.ids('--order', 'score'), expected)
        self.assertEqual(self.ids('--order', 'score asc', '--limit', '10', '--offset', '20'), expected[20:30])

    def test_csv(self):
        code, out, _ = self.callqa('query', '--format', 'csv', '--columns', 'agent.turns,item.listening')
        rows = list(csv.DictReader(io.StringIO(out, newline='')))
        self.assertEqual(code, 0)
        self.assertEqual(len(rows), N_CALLS)
        for row in rows[:20]:
            turns, agent = self.db.execute('SELECT agent_turns, agent FROM v_calls WHERE call_id = ?',
                                           (row['id'],)).fetchone()
            self.assertEqual(float(row['agent.turns']), turns)
            self.assertEqual(row['agent'], agent)

    def test_list(self):
        code, out, _ = self.callqa('list')
        self.assertEqual(code, 0)
        self.assertEqual(len(out.splitlines()), 21)
        newest = self.sql('SELECT call_id FROM v_calls ORDER BY started_utc DESC, call_id DESC LIMIT 1')[0]
        self.assertEqual(out.splitlines()[1].split()[0], str(newest))

    def test_mistakes(self):
        code, out, err = self.callqa('query', '--where', 'agent.interuptions > 2')
        self.assertEqual((code, out), (2, ''))
        self.assertIn("did you mean 'agent.interruptions'", err)
        self.assertIn('customer.pitch_median_hz', err)
        for args, said in [(('--where', 'score >'), 'column 8'), (('--where', 'item.listning > 1'), 'listening'),
                           (('--order', 'scor'), "'score'"), (('--columns', 'agent.turn'), "'agent.turns'"),
                           (('--since', 'yesterday'), '--since yesterday'), (('--severity', 'bad'), 'critical')]:
            code, out, err = self.callqa('query', *args)
            self.assertEqual((code, out), (2, ''), err)
            self.assertIn(said, err)
        code, out, err = self.callqa('query', '--flag', 'no_such_flag')
        self.assertEqual((code, out), (0, ''))
        self.assertIn('there are:', err)
        code, _, err = self.callqa('list', db=os.path.join(self.folder, 'none.db'))
        self.assertEqual(code, 3)
        self.assertIn('no such database', err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, 'none.db')))

    def test_show(self):
        call, path, digits = self.db.execute(
            'SELECT call_id, path, substr(sha256, 1, 12) FROM v_calls WHERE flags > 0 LIMIT 1').fetchone()
        code, by_number, err = self.callqa('show', str(call), '--json')
        self.assertEqual(code, 0, err)
        told = json.loads(by_number)
        self.assertEqual(told['recording']['path'], path)
        self.assertEqual(len(told['segments']),
                         self.sql('SELECT count(*) FROM v_segments WHERE call_id = ?', call)[0])
        for key in (path, os.path.basename(path), digits):
            self.assertEqual(self.callqa('show', key, '--json')[1], by_number)
        code, out, _ = self.callqa('show', str(call), '--events')
        self.assertEqual(code, 0)
        for part in (path, 'Listening', 'agent', 'response_latency_median_s', '(none happened)',
                     told['flags'][0]['id'], 'reviewer'):
            self.assertIn(part, out)
        code, _, err = self.callqa('show', 'nothing.wav')
        self.assertEqual(code, 1)
        self.assertIn("no call 'nothing.wav'", err)

    def test_db(self):
        code, out, _ = self.callqa('db', 'check')
        self.assertEqual(code, 0)
        self.assertIn(f'{N_CALLS} calls', out)
        copy = os.path.join(self.folder, 'copy.db')
        self.assertEqual(self.callqa('db', 'backup', copy)[0], 0)
        self.assertEqual(self.callqa('db', 'backup', copy)[0], 3)
        self.assertEqual(self.callqa('db', 'vacuum', db=copy)[0], 0)
        self.assertEqual(self.callqa('db', 'upgrade', db=copy)[0], 0)
        self.assertEqual(self.callqa('list', db=copy)[1], self.callqa('list')[1])
        harmed = sqlite3.connect(copy)
        harmed.execute('UPDATE calls SET n_flags = 99')
        harmed.commit()
        harmed.close()
        code, out, err = self.callqa('db', 'check', db=copy)
        self.assertEqual(code, 3)
        self.assertIn('number of flags', out)
        self.assertIn('restore a backup', err)
        self.assertEqual(self.callqa('db', 'polish')[0], 2)
        self.assertEqual(self.callqa('db', 'upgrade', db=os.path.join(self.folder, 'none.db'))[0], 3)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
